import type { PooledClient } from './client-waiters.js'
import type { PgConnection } from './pg-connection.js'

/** A client of a pool, and what is known of its connection. */
export interface LentClient {
  readonly client: PooledClient
  readonly connection: PgConnection
}

/**
 * Clients that nobody uses, as far as the pool knows still lent out: handing them over by the
 * pool takes several turns of the event loop and a timer each time.
 */
export class IdleClients {
  readonly #timeoutMs: number
  /** Used last comes last. */
  readonly #idle: (LentClient & { readonly since: number })[] = []
  #sweep: NodeJS.Timeout | undefined

  /** @param timeoutMs milliseconds after which one goes back to the pool to be ended; 0 for never */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  get size(): number {
    return this.#idle.length
  }

  /** The one that was used last, so that those beyond need get old. */
  take(): LentClient | undefined {
    for (let lent = this.#idle.pop(); lent !== undefined; lent = this.#idle.pop()) {
      if (!lent.connection.broken) return lent
      lent.client.release(true)
    }
    return undefined
  }

  keep({ client, connection }: LentClient): void {
    this.#idle.push({ client, connection, since: performance.now() })
    this.#sweepIn(this.#timeoutMs)
  }

  /** Gives all of them back to the pool. */
  clear(): void {
    clearTimeout(this.#sweep)
    for (const { client, connection } of this.#idle.splice(0)) client.release(connection.broken)
  }

  #sweepIn(milliseconds: number): void {
    if (this.#sweep !== undefined || this.#timeoutMs === 0) return
    this.#sweep = setTimeout(() => this.#endOld(), milliseconds).unref()
  }

  #endOld(): void {
    this.#sweep = undefined
    const limit = performance.now() - this.#timeoutMs
    const young = this.#idle.findIndex(({ since }) => since > limit)
    for (const { client } of this.#idle.splice(0, young === -1 ? this.#idle.length : young)) {
      client.release(true)
    }
    const [oldest] = this.#idle
    if (oldest !== undefined) this.#sweepIn(oldest.since - limit)
  }
}
