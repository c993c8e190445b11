import type { Kysely } from 'kysely'
import type { UnknownTables } from '../query/row-types.js'
import type { OpenTransaction } from './module-host.js'
import { TableVerbs } from './table-verbs.js'

/** The verbs of a module inside one transaction. */
export class ModuleTransaction<Tables = UnknownTables> extends TableVerbs<Tables> {
  readonly #transaction: OpenTransaction

  constructor(transaction: OpenTransaction) {
    super(transaction.executor)
    this.#transaction = transaction
  }

  /** Kysely on this transaction. */
  get db(): Kysely<Tables> {
    return this.#transaction.executor.db
  }

  /** Runs once after COMMIT, not at all after ROLLBACK. */
  afterCommit(callback: () => unknown): void {
    this.#transaction.afterCommit(callback)
  }

  /** Runs once after ROLLBACK. */
  afterRollback(callback: () => unknown): void {
    this.#transaction.afterRollback(callback)
  }
}
