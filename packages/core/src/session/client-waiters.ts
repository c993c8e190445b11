import { onAbort } from './on-abort.js'

/** The part of `pg.Pool` that is needed to lend its clients out. */
export interface ClientPool {
  connect(): Promise<PooledClient>
  end(): Promise<void>
}

export interface PooledClient {
  release(destroy?: boolean): void
}

/**
 * Callers that wait for a client of a pool. They can be freed before the pool has one: by their
 * signal, or all at once when the pool closes, which `pg.Pool` itself would let them wait out.
 */
export class ClientWaiters {
  readonly #waiting = new Set<(reason: unknown) => void>()
  #closed: Error | undefined

  get size(): number {
    return this.#waiting.size
  }

  /** The client that comes for a caller who was freed goes straight back. */
  take(pool: ClientPool, signal: AbortSignal | undefined): Promise<PooledClient> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const stop = () => {
        forget?.()
        return this.#waiting.delete(free)
      }
      const free = (reason: unknown) => {
        if (stop()) reject(reason)
      }
      const forget = signal && onAbort(signal, () => free(signal.reason))
      this.#waiting.add(free)
      pool.connect().then((client) => (stop() ? resolve(client) : client.release()), free)
    })
  }

  /** Frees all that wait, and refuses all that come. */
  close(reason: Error): void {
    this.#closed = reason
    for (const free of this.#waiting) free(reason)
  }
}
