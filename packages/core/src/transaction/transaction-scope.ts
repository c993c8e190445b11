import { type Acting, actsForSame } from '../context/context-store.js'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Scope } from '../scope/scope.js'
import {
  type RoutedStatement,
  routeOf,
  type SendOptions,
  type StatementCarrier,
  streamed,
} from '../scope/statement-way.js'
import type { StatementResult } from '../statement/statement.js'
import type { TransactionSession } from './transaction-session.js'

type Callback = () => unknown

/**
 * A transaction, or a savepoint in one: the only place that knows begin, commit, rollback and
 * savepoints. Nothing is sent before the first statement, which takes BEGIN or SAVEPOINT along.
 */
export class TransactionScope implements StatementCarrier {
  readonly inTransaction = true
  readonly acting: Acting
  readonly #session: TransactionSession
  readonly #parent: TransactionScope | undefined
  readonly #savepoint: string | undefined
  #child: Promise<void> | undefined
  #closed: 'committed' | 'rolled back' | undefined
  #afterCommit: Callback[] = []
  #afterRollback: Callback[] = []

  constructor(
    session: TransactionSession,
    acting: Acting,
    nesting?: { readonly parent: TransactionScope; readonly savepoint: string },
  ) {
    this.#session = session
    this.acting = acting
    this.#parent = nesting?.parent
    this.#savepoint = nesting?.savepoint
  }

  get closed(): boolean {
    return this.#closed !== undefined || (this.#parent?.closed ?? false)
  }

  /** Whether this is `other` or a savepoint somewhere inside it. */
  isWithin(other: TransactionScope): boolean {
    return this === other || (this.#parent?.isWithin(other) ?? false)
  }

  async carry(statement: RoutedStatement): Promise<StatementResult> {
    const { scope } = routeOf(statement)
    this.#assertUsable(scope)
    while (this.#child !== undefined) await this.#child
    this.#assertUsable(scope)
    if (statement.streams) return streamed(this.#session.stream(statement))
    return await this.#session.run(statement)
  }

  /** Sends BEGIN now, where a plain Kysely handle expects it to have happened. */
  begin(scope: Scope, options: SendOptions): Promise<void> {
    return this.#session.begin(scope, options)
  }

  /** Opens a savepoint; statements of the outer scope wait until it ends. */
  async nested(): Promise<TransactionScope> {
    while (this.#child !== undefined) await this.#child
    this.#assertOpen()
    const savepoint = this.#session.openSavepoint()
    const child = new TransactionScope(this.#session, this.acting, { parent: this, savepoint })
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#child = promise
    child.#onEnd(() => {
      this.#child = undefined
      resolve()
    })
    return child
  }

  #end: Callback | undefined
  #onEnd(callback: Callback): void {
    this.#end = callback
  }

  async savepoint(name: string): Promise<void> {
    this.#assertOpen()
    await this.#session.savepoint(name)
  }

  async rollbackToSavepoint(name: string): Promise<void> {
    this.#assertOpen()
    await this.#session.rollbackToSavepoint(name)
  }

  async releaseSavepoint(name: string): Promise<void> {
    this.#assertOpen()
    await this.#session.releaseSavepoint(name)
  }

  /** Runs once after the outermost COMMIT; what it throws goes to the caller of the transaction. */
  afterCommit(callback: Callback): void {
    this.#assertOpen()
    this.#afterCommit.push(callback)
  }

  /** Runs once when this scope, or one around it, is rolled back. */
  afterRollback(callback: Callback): void {
    this.#assertOpen()
    this.#afterRollback.push(callback)
  }

  /**
   * @throws PlataformaError `PLT_TRANSACTION_ABORTED` where a statement had failed before,
   * `PLT_OUTCOME_UNKNOWN` where the connection was lost during COMMIT
   */
  async commit(): Promise<void> {
    this.#assertOpen()
    while (this.#child !== undefined) await this.#child
    if (this.#parent !== undefined && this.#savepoint !== undefined) {
      try {
        await this.#session.releaseSavepoint(this.#savepoint)
      } catch (error) {
        await this.rollback()
        throw error
      }
      this.#parent.#afterCommit.push(...this.#afterCommit)
      this.#parent.#afterRollback.push(...this.#afterRollback)
      this.#close('committed')
      return
    }
    try {
      await this.#session.commit()
    } catch (error) {
      const unknown = error instanceof PlataformaError && error.code === 'PLT_OUTCOME_UNKNOWN'
      this.#close('rolled back')
      if (!unknown) await runAll(this.#afterRollback)
      throw error
    }
    this.#close('committed')
    await runAll(this.#afterCommit)
  }

  /** Idempotent; never throws for a connection that is already lost. */
  async rollback(): Promise<void> {
    if (this.#closed !== undefined) return
    try {
      if (this.#savepoint !== undefined) await this.#session.rollbackToSavepoint(this.#savepoint)
      else await this.#session.rollback()
    } finally {
      this.#close('rolled back')
    }
    await runAll(this.#afterRollback)
  }

  #close(how: 'committed' | 'rolled back'): void {
    this.#closed = how
    this.#end?.()
  }

  #assertUsable(scope: Scope): void {
    this.#assertOpen()
    if (actsForSame(this.acting, scope.acting)) return
    throw new PlataformaError(
      'PLT_CONTEXT_CHANGED_IN_TRANSACTION',
      'A call for another tenant came into an open transaction.',
      { remedy: 'End the transaction before `withContext`, or start one inside the new context.' },
    )
  }

  #assertOpen(): void {
    if (!this.closed) return
    throw new PlataformaError(
      'PLT_TRANSACTION_CLOSED',
      `The transaction was already ${this.#closed ?? 'ended'}.`,
      { remedy: 'Await every call inside the transaction’s callback.' },
    )
  }
}

async function runAll(callbacks: readonly Callback[]): Promise<void> {
  const errors: unknown[] = []
  for (const callback of callbacks) {
    try {
      await callback()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, 'Several transaction callbacks failed')
}
