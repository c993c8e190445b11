import { type Acting, actsForSame } from '../context/acting.js'
import { assertGiven } from '../error/assert-given.js'
import { PlataformaError } from '../error/plataforma-error.js'
import {
  type RoutedStatement,
  routeOf,
  type SendOptions,
  type StatementCarrier,
  streamed,
} from '../scope/routed-statement.js'
import type { Scope } from '../scope/scope.js'
import type { SessionHolder } from '../session/held-session.js'
import type { Session } from '../session/session.js'
import type { StatementResult } from '../statement/statement.js'
import type { Outcome, TransactionSession } from './transaction-session.js'

type Callback = () => unknown

interface Nesting {
  readonly parent: TransactionScope
  readonly savepoint: string
}

/**
 * A transaction, or a savepoint in one: the only place that knows begin, commit, rollback and
 * savepoints. Nothing is sent before the first statement, which takes BEGIN or SAVEPOINT along.
 */
export class TransactionScope implements StatementCarrier, SessionHolder {
  readonly inTransaction = true
  readonly acting: Acting
  readonly #session: TransactionSession
  readonly #nesting: Nesting | undefined
  readonly #ended = Promise.withResolvers<void>()
  #child: { readonly scope: TransactionScope; readonly over: Promise<void> } | undefined
  #state: 'open' | 'ending' | Outcome = 'open'
  #afterCommit: Callback[] = []
  #afterRollback: Callback[] = []

  constructor(session: TransactionSession, acting: Acting, nesting?: Nesting) {
    this.#session = session
    this.acting = acting
    this.#nesting = nesting
  }

  /** Once a statement needed it, and as long as the transaction is open. */
  get session(): Session | undefined {
    return this.closed ? undefined : this.#session.opened
  }

  get isOver(): boolean {
    return this.closed
  }

  get closed(): boolean {
    return this.#state !== 'open' || (this.#nesting?.parent.closed ?? false)
  }

  /** Whether this is `other` or a savepoint somewhere inside it. */
  isWithin(other: TransactionScope): boolean {
    return this === other || (this.#nesting?.parent.isWithin(other) ?? false)
  }

  async carry(statement: RoutedStatement): Promise<StatementResult> {
    const { scope } = routeOf(statement)
    this.#assertUsable(scope)
    if (statement.streams) return streamed(this.#stream(statement))
    while (this.#child !== undefined) await this.#child.over
    this.#assertUsable(scope)
    return await this.#session.run(statement)
  }

  /** Sends BEGIN now, where a plain Kysely handle expects it to have happened. */
  begin(scope: Scope, options: SendOptions): Promise<void> {
    return this.#session.begin(scope, options)
  }

  /** Opens a savepoint; statements of the outer scope wait until it ends. */
  async nested(options?: { readonly readOnly?: boolean }): Promise<TransactionScope> {
    while (this.#child !== undefined) await this.#child.over
    this.#assertOpen()
    const savepoint = this.#session.openSavepoint(options)
    const scope = new TransactionScope(this.#session, this.acting, { parent: this, savepoint })
    const over = scope.#ended.promise.then(() => {
      this.#child = undefined
    })
    this.#child = { scope, over }
    return scope
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
    assertGiven.function('callback', callback)
    this.#assertOpen()
    this.#afterCommit.push(callback)
  }

  /** Runs once when this scope, or one around it, is rolled back. */
  afterRollback(callback: Callback): void {
    assertGiven.function('callback', callback)
    this.#assertOpen()
    this.#afterRollback.push(callback)
  }

  /**
   * @throws PlataformaError `PLT_TRANSACTION_ABORTED` where a statement had failed before,
   * `PLT_OUTCOME_UNKNOWN` where the connection was lost during COMMIT
   */
  async commit(): Promise<void> {
    this.#assertOpen()
    while (this.#child !== undefined) await this.#child.over
    this.#assertOpen()
    this.#state = 'ending'
    if (this.#nesting !== undefined) return await this.#commitInto(this.#nesting)
    try {
      await this.#session.commit()
    } catch (error) {
      const isUnknown = error instanceof PlataformaError && error.code === 'PLT_OUTCOME_UNKNOWN'
      // Why it failed matters more than what a callback has to say about it.
      await this.#end(isUnknown ? 'unknown' : 'rolled back').catch(() => {})
      throw error
    }
    await this.#end('committed')
  }

  /** Idempotent; never throws for a connection that is already lost. */
  async rollback(): Promise<void> {
    if (this.#state !== 'open') return await this.#ended.promise
    const isOver = this.closed
    this.#state = 'ending'
    if (isOver) await this.#end('rolled back')
    else await this.#rollback()
  }

  async *#stream(statement: RoutedStatement): AsyncGenerator<Record<string, unknown>[]> {
    while (this.#child !== undefined) await this.#child.over
    this.#assertUsable(routeOf(statement).scope)
    for await (const rows of this.#session.stream(statement)) {
      yield rows
      this.#assertOpen()
    }
  }

  async #commitInto({ parent, savepoint }: Nesting): Promise<void> {
    try {
      await this.#session.releaseSavepoint(savepoint)
    } catch (error) {
      await this.#rollback()
      throw isAborted(error) ? transactionAborted(error) : error
    }
    parent.#afterCommit.push(...this.#afterCommit)
    parent.#afterRollback.push(...this.#afterRollback)
    this.#close('committed')
  }

  async #rollback(): Promise<void> {
    try {
      if (this.#nesting === undefined) await this.#session.rollback()
      else await this.#session.undoSavepoint(this.#nesting.savepoint)
    } catch (error) {
      await this.#end('rolled back').catch(() => {})
      throw error
    }
    await this.#end('rolled back')
  }

  async #end(outcome: Outcome): Promise<void> {
    const child = this.#child?.scope
    this.#close(outcome)
    const callbacks: Callback[] = []
    if (this.#nesting === undefined) callbacks.push(() => this.#session.report(outcome))
    // A savepoint that somebody left open goes with what is around it.
    if (child !== undefined) callbacks.push(() => child.rollback())
    if (outcome === 'committed') callbacks.push(...this.#afterCommit)
    if (outcome === 'rolled back') callbacks.push(...this.#afterRollback)
    await runAll(callbacks)
  }

  #close(outcome: Outcome): void {
    this.#state = outcome
    this.#ended.resolve()
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
    throw new PlataformaError('PLT_TRANSACTION_CLOSED', 'The transaction has ended.', {
      remedy: 'Await every call inside the transaction’s callback.',
    })
  }
}

function isAborted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25P02'
}

function transactionAborted(cause: unknown): PlataformaError {
  return new PlataformaError(
    'PLT_TRANSACTION_ABORTED',
    'A statement of the nested transaction had failed, so it was rolled back.',
    { cause, remedy: 'Let the error of the failed statement leave the callback.' },
  )
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
