import { dropConnection } from '@plataforma/core'
import {
  type AbortableOperationOptions,
  CompiledQuery,
  type DatabaseConnection,
  type QueryExecutor,
  type QueryResult,
} from 'kysely'
import type { AbortDeadline } from './abort-deadline.js'

export interface BoundedParts {
  readonly connection: DatabaseConnection
  readonly deadline: AbortDeadline
  /** Gives connections to who cancels without one of their own. */
  readonly pool: QueryExecutor
  /** Whether an abort cancels whatever runs. */
  readonly isCancelled: boolean
}

/**
 * A connection of another handle whose statements are waited for after an abort no longer than the
 * deadline. Nothing is sent on it, nor is it given back, while a cancel may still hit what comes next.
 */
export class BoundedConnection implements DatabaseConnection {
  readonly #parts: BoundedParts
  readonly #inFlight = new Set<Promise<unknown>>()
  #cancelling: Promise<void> | undefined

  constructor(parts: BoundedParts) {
    this.#parts = parts
  }

  async executeQuery<R>(
    query: CompiledQuery,
    _options?: AbortableOperationOptions,
  ): Promise<QueryResult<R>> {
    const { connection, deadline } = this.#parts
    return await this.#bounded(() =>
      connection.executeQuery<R>(query, { signal: deadline.waitSignal }),
    )
  }

  async *streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
    options?: AbortableOperationOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const portions = this.#parts.connection.streamQuery<R>(query, chunkSize, options)
    try {
      for (;;) {
        const portion = await this.#bounded(() => portions.next())
        if (portion.done) return
        yield portion.value
      }
    } finally {
      await this.#bounded(async () => portions.return?.())
    }
  }

  async collectSessionInfo(): Promise<void> {
    await this.#bounded(async () => this.#parts.connection.collectSessionInfo?.())
  }

  /** Cancels what runs; resolves when the request cannot hit anything later any more. */
  cancelQuery(): Promise<void> {
    this.#cancelling ??= this.#cancel().finally(() => {
      this.#cancelling = undefined
    })
    return this.#cancelling
  }

  /**
   * Resolves when the connection may go back to its pool: one on which something is under way that
   * was given up is dropped, or ended as soon as its server answers again.
   */
  async settle(): Promise<void> {
    const { connection, deadline } = this.#parts
    if (deadline.error !== undefined) await dropConnection(connection)
    while (this.#isBusy) await Promise.allSettled([...this.#inFlight, this.#cancelling])
    if (deadline.error === undefined || dropConnection(connection) !== undefined) return
    try {
      // In a transaction that has failed it would do nothing more.
      await connection.executeQuery(CompiledQuery.raw('ROLLBACK'))
      await connection.executeQuery(CompiledQuery.raw(END_SESSION))
    } catch {
      // It is gone, which was the purpose.
    }
  }

  get #isBusy(): boolean {
    return this.#inFlight.size > 0 || this.#cancelling !== undefined
  }

  async #bounded<T>(send: () => Promise<T>): Promise<T> {
    const { connection, deadline, isCancelled } = this.#parts
    return await deadline.within(async () => {
      await this.#cancelling
      // Kysely's own driver cancels nothing before it was told to learn the number of its session.
      if (isCancelled) await connection.collectSessionInfo?.()
      // It was given up while it waited.
      if (deadline.error !== undefined) throw deadline.error
      const running = this.#counted(send())
      return isCancelled ? await this.#cancelledBy(deadline.signal, running) : await running
    })
  }

  async #counted<T>(running: Promise<T>): Promise<T> {
    this.#inFlight.add(running)
    try {
      return await running
    } finally {
      this.#inFlight.delete(running)
    }
  }

  async #cancelledBy<T>(signal: AbortSignal, running: Promise<T>): Promise<T> {
    const cancel = () => void this.cancelQuery()
    signal.addEventListener('abort', cancel)
    try {
      return await running
    } finally {
      signal.removeEventListener('abort', cancel)
    }
  }

  async #cancel(): Promise<void> {
    const { connection, pool } = this.#parts
    const running = [...this.#inFlight]
    if (running.length === 0 || connection.cancelQuery === undefined) return
    let isQueued = false
    let isOver = false
    const cancelled = connection.cancelQuery((consume) => {
      isQueued = true
      return pool.provideConnection(async (control) => {
        // Withdrawn: what it was for has ended while it waited for a connection.
        if (isOver) return
        isQueued = false
        await consume(control)
      })
    })
    const ended = Promise.allSettled(running)
    try {
      await Promise.race([cancelled, ended])
      isOver = true
      if (!isQueued) await cancelled
    } catch {
      // What cannot be cancelled is waited for, to the deadline.
    } finally {
      cancelled.catch(() => {})
    }
  }
}

const END_SESSION = 'SELECT pg_catalog.pg_terminate_backend(pg_catalog.pg_backend_pid())'
