import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type QueryResult,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Scope } from '../scope/scope.js'
import {
  type RoutedStatement,
  routeOf,
  type StatementCarrier,
  streamed,
} from '../scope/statement-way.js'
import type { Session } from '../session/session.js'
import type { StatementResult } from '../statement/statement.js'
import { TransactionScope } from '../transaction/transaction-scope.js'
import { TransactionSession } from '../transaction/transaction-session.js'
import { type Control, controlOf } from './control-command.js'
import type { HandleParts } from './plain-handle.js'
import { toQueryResult } from './query-result.js'

interface ExecuteOptions {
  readonly signal?: AbortSignal
}

/**
 * What Kysely holds while it works. The session behind it is taken at the first statement, when
 * it is known what it is for, and kept until Kysely lets go.
 */
export class LazyConnection implements DatabaseConnection, StatementCarrier {
  readonly #parts: HandleParts
  #session: Promise<Session> | undefined
  #held: Session | undefined
  #transaction: TransactionScope | undefined
  #released = false

  constructor(parts: HandleParts) {
    this.#parts = parts
  }

  get inTransaction(): boolean {
    return this.#held !== undefined && this.#held.transactionStatus !== 'idle'
  }

  async executeQuery<R>(query: CompiledQuery, options?: ExecuteOptions): Promise<QueryResult<R>> {
    const control = controlOf(query)
    if (control !== undefined) {
      await this.#control(control, options)
      return { rows: [] }
    }
    try {
      return toQueryResult(await this.#send(query, options))
    } catch (error) {
      throw withCallersStack(error)
    }
  }

  async *streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
    options?: ExecuteOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const { portions = [] } = await this.#send(query, options, chunkSize)
    for await (const rows of portions) yield { rows: rows as R[] }
  }

  async cancelQuery(): Promise<void> {
    await this.#held?.cancel()
  }

  async collectSessionInfo(): Promise<void> {
    // The client learns its process id at connect; there is nothing to collect.
  }

  async killSession(): Promise<void> {
    await this.#held?.kill()
  }

  release(): void {
    this.#released = true
    this.#held?.release()
    this.#held = undefined
    this.#session = undefined
  }

  /** Runs outside a transaction on the session of this connection. */
  async carry(statement: RoutedStatement): Promise<StatementResult> {
    const { scope, options } = routeOf(statement)
    const session = await this.#acquire(scope, options.acquireSignal)
    if (statement.streams) return streamed(this.#parts.way().streamOn(session, statement))
    return await this.#parts.way().runOn(session, statement)
  }

  async #send(
    query: CompiledQuery,
    options: ExecuteOptions | undefined,
    chunkSize?: number,
  ): Promise<StatementResult> {
    const { way, scopes } = this.#parts
    return await way().send(scopes.current(), query, {
      carrier: this.#transaction ?? this.#joined() ?? this,
      ...(options?.signal === undefined ? {} : { acquireSignal: options.signal }),
      ...(chunkSize === undefined ? {} : { chunkSize }),
    })
  }

  #joined(): TransactionScope | undefined {
    return this.#parts.store?.transaction
  }

  #acquire(scope: Scope, signal: AbortSignal | undefined): Promise<Session> {
    this.#session ??= this.#parts
      .way()
      .acquire(scope, signal)
      .then(
        (session) => {
          if (this.#released) session.release()
          this.#held = session
          return session
        },
        (error: unknown) => {
          this.#session = undefined
          throw error
        },
      )
    return this.#session
  }

  async #control(control: Control, options: ExecuteOptions | undefined): Promise<void> {
    if (control.kind === 'begin') return await this.#begin(control, options)
    const transaction = this.#transaction
    if (transaction === undefined) {
      throw new PlataformaError('PLT_TRANSACTION_CLOSED', 'No transaction is open here.')
    }
    switch (control.kind) {
      case 'commit':
        return await commitAsKysely(transaction)
      case 'rollback':
        return await transaction.rollback()
      case 'savepoint':
        return await transaction.savepoint(control.name)
      case 'rollback to':
        return await transaction.rollbackToSavepoint(control.name)
      case 'release':
        return await transaction.releaseSavepoint(control.name)
    }
  }

  async #begin(
    { settings }: Extract<Control, { kind: 'begin' }>,
    options: ExecuteOptions | undefined,
  ): Promise<void> {
    const outer = this.#joined()
    if (outer !== undefined) {
      this.#transaction = await outer.nested()
      return
    }
    const { way, scopes } = this.#parts
    const scope = scopes.current()
    const session = new TransactionSession(way(), scope, {
      settings,
      ...(options?.signal === undefined ? {} : { signal: options.signal }),
    })
    const transaction = new TransactionScope(session, scope.acting)
    await transaction.begin(scope, {})
    this.#transaction = transaction
  }
}

/** Kysely tells an aborted transaction by its own error and then sends no ROLLBACK. */
async function commitAsKysely(transaction: TransactionScope): Promise<void> {
  try {
    await transaction.commit()
  } catch (error) {
    if (error instanceof PlataformaError && error.code === 'PLT_TRANSACTION_ABORTED') {
      throw new AbortedTransactionError({ cause: error })
    }
    throw error
  }
}

/** The error was made where the socket was read; the frames of the caller are added to it. */
function withCallersStack(error: unknown): unknown {
  if (error instanceof Error) {
    const [, ...frames] = (new Error().stack ?? '').split('\n')
    error.stack += `\n${frames.join('\n')}`
  }
  return error
}
