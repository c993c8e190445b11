import type {
  AbortableOperationOptions,
  CompiledQuery,
  DatabaseConnection,
  QueryResult,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { identityKey } from '../identity/identity.js'
import {
  type RoutedStatement,
  routeOf,
  type StatementCarrier,
  streamed,
} from '../scope/routed-statement.js'
import type { Scope } from '../scope/scope.js'
import type { SessionHolder } from '../session/held-session.js'
import type { Session } from '../session/session.js'
import type { StatementResult } from '../statement/statement.js'
import { TransactionScope } from '../transaction/transaction-scope.js'
import { TransactionSession } from '../transaction/transaction-session.js'
import { withCallersStack } from './callers-stack.js'
import { type Control, ControlCommand } from './control-command.js'
import type { HandleParts } from './plain-handle.js'
import { toQueryResult } from './query-result.js'

/**
 * What Kysely holds while it works. The session behind it is taken at the first statement, when
 * it is known what it is for, and kept until Kysely lets go.
 */
export class LazyConnection implements DatabaseConnection, StatementCarrier, SessionHolder {
  readonly #parts: HandleParts
  #session: Session | undefined
  #identity: string | undefined
  #transaction: TransactionScope | undefined
  #released = false

  constructor(parts: HandleParts) {
    this.#parts = parts
  }

  get session(): Session | undefined {
    return this.#session
  }

  get isOver(): boolean {
    return this.#released
  }

  get inTransaction(): boolean {
    return this.#session !== undefined && this.#session.transactionStatus !== 'idle'
  }

  async executeQuery<R>(
    query: CompiledQuery,
    options?: AbortableOperationOptions,
  ): Promise<QueryResult<R>> {
    try {
      if (!(query instanceof ControlCommand)) return toQueryResult(await this.#send(query, options))
      const command = await this.#control(query.control, options)
      return { rows: command === undefined ? [] : [{ command } as R] }
    } catch (error) {
      throw withCallersStack(error)
    }
  }

  async *streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
    options?: AbortableOperationOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const { portions = [] } = await this.#send(query, options, chunkSize)
    for await (const rows of portions) yield { rows: rows as R[] }
  }

  async cancelQuery(): Promise<void> {
    await this.#session?.cancel()
  }

  async collectSessionInfo(): Promise<void> {
    // The client learns its process id at connect; there is nothing to collect.
  }

  async killSession(): Promise<void> {
    await this.#session?.kill()
  }

  release(): void {
    this.#released = true
    this.#letGo()
  }

  /** Runs outside a transaction on the session of this connection. */
  async carry(statement: RoutedStatement): Promise<StatementResult> {
    const { scope, options } = routeOf(statement)
    const session = await this.#acquire(scope, options.acquireSignal)
    const way = this.#parts.way()
    if (statement.streams) return streamed(this.#stream(session, statement))
    try {
      return await way.runOn(session, statement)
    } finally {
      if (statement.raw) this.#letGo(session)
    }
  }

  async *#stream(
    session: Session,
    statement: RoutedStatement,
  ): AsyncGenerator<Record<string, unknown>[]> {
    try {
      yield* this.#parts.way().streamOn(session, statement)
    } finally {
      if (statement.raw) this.#letGo(session)
    }
  }

  async #send(
    query: CompiledQuery,
    options: AbortableOperationOptions | undefined,
    chunkSize?: number,
  ): Promise<StatementResult> {
    const { way, scopes, store } = this.#parts
    return await way().send(scopes.current(), query, {
      carrier: this.#transaction ?? store?.transaction ?? this,
      acquireSignal: options?.signal,
      chunkSize,
    })
  }

  async #acquire(scope: Scope, signal: AbortSignal | undefined): Promise<Session> {
    const identity = identityKey(scope.identity)
    if (this.#session !== undefined && this.#identity === identity) return this.#session
    // Who calls may change from one statement to the next: another login, another session.
    this.#letGo()
    const session = await this.#parts.way().acquire(scope, signal)
    if (this.#released || signal?.aborted) {
      session.release()
      throw signal?.aborted ? signal.reason : released()
    }
    this.#letGo()
    this.#session = session
    this.#identity = identity
    return session
  }

  /** What raw SQL of a module left is cleaned at the release, before the next tenant's statement. */
  #letGo(session = this.#session): void {
    session?.release()
    if (this.#session === session) this.#session = undefined
  }

  /** Commands that end a transaction tell how it ended, as the server does. */
  async #control(
    control: Control,
    options: AbortableOperationOptions | undefined,
  ): Promise<'COMMIT' | 'ROLLBACK' | undefined> {
    if (control.kind === 'begin') {
      await this.#begin(control, options)
      return
    }
    const transaction = this.#transaction
    if (transaction === undefined) {
      throw new PlataformaError('PLT_TRANSACTION_CLOSED', 'No transaction is open here.')
    }
    switch (control.kind) {
      case 'commit':
        return await this.#commit(transaction)
      case 'rollback':
        this.#transaction = undefined
        await transaction.rollback()
        return 'ROLLBACK'
      case 'savepoint':
        await transaction.savepoint(control.name)
        return
      case 'rollback to':
        await transaction.rollbackToSavepoint(control.name)
        return
      case 'release':
        await transaction.releaseSavepoint(control.name)
        return
    }
  }

  async #begin(
    { settings }: Extract<Control, { kind: 'begin' }>,
    options: AbortableOperationOptions | undefined,
  ): Promise<void> {
    const { way, scopes, store } = this.#parts
    const outer = store?.transaction
    if (outer !== undefined) {
      this.#transaction = await outer.nested()
      return
    }
    const scope = scopes.current()
    const held = await this.#acquire(scope, options?.signal)
    const session = new TransactionSession(way(), scope, { settings, held })
    const transaction = new TransactionScope(session, scope.acting)
    await transaction.begin(scope, {})
    this.#transaction = transaction
  }

  /** After COMMIT or its refusal Kysely sends no ROLLBACK; after any other error it does. */
  async #commit(transaction: TransactionScope): Promise<'COMMIT' | 'ROLLBACK'> {
    try {
      await transaction.commit()
    } catch (error) {
      if (!(error instanceof PlataformaError)) throw error
      if (error.code === 'PLT_OUTCOME_UNKNOWN') throw error.cause
      if (error.code !== 'PLT_TRANSACTION_ABORTED') throw error
      this.#transaction = undefined
      return 'ROLLBACK'
    }
    this.#transaction = undefined
    return 'COMMIT'
  }
}

function released(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'The connection was already given back.')
}
