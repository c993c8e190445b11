import type { ModuleTransaction } from '../module/module-transaction.js'
import type { TablesOf } from '../module/tables-of.js'
import type { TransactionScope } from './transaction-scope.js'

/** A transaction across modules: each statement runs under its module's role. */
export class SystemTransaction<Modules = Record<never, never>> {
  readonly #scope: TransactionScope
  readonly #module: (name: string) => ModuleTransaction

  constructor(scope: TransactionScope, module: (name: string) => ModuleTransaction) {
    this.#scope = scope
    this.#module = module
  }

  /**
   * The verbs of a module inside this transaction.
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
   */
  module<Name extends string>(name: Name): ModuleTransaction<TablesOf<Modules, Name>> {
    return this.#module(name) as unknown as ModuleTransaction<TablesOf<Modules, Name>>
  }

  /** Runs once after COMMIT. */
  afterCommit(callback: () => unknown): void {
    this.#scope.afterCommit(callback)
  }

  /** Runs once where the transaction is rolled back. */
  afterRollback(callback: () => unknown): void {
    this.#scope.afterRollback(callback)
  }
}
