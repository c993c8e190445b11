import pg from 'pg'
import { sendCancelRequest } from '../wire/cancel-request.js'
import { asPgClient, type PgClient } from '../wire/pg-internals.js'
import { IdleClients, type LentClient } from './idle-clients.js'
import { PgSession } from './pg-session.js'
import type { Session } from './session.js'

const CANCEL_LIMIT_MS = 1_000

/** The clients of one login: a `pg.Pool` that can end every socket, whatever state it is in. */
export class LoginPool {
  readonly pool: pg.Pool
  readonly #clients = new Set<pg.Client>()
  readonly #idle: IdleClients
  #emptied: PromiseWithResolvers<void> | undefined

  constructor(config: pg.PoolConfig & { readonly idleTimeoutMillis: number }) {
    this.#idle = new IdleClients(config.idleTimeoutMillis)
    const clients = this.#clients
    const onEnd = (client: pg.Client) => {
      clients.delete(client)
      if (clients.size === 0) this.#emptied?.resolve()
    }
    this.pool = new pg.Pool({
      // A server that vanishes without a word is noticed sooner than by TCP's own two hours.
      keepAlive: true,
      ...config,
      Client: class extends pg.Client {
        constructor(options?: pg.ClientConfig) {
          super(options)
          clients.add(this)
          // The pool takes its listener off as it lends a client out; a server's last words that
          // come in the same packet as its first ready must find another one.
          this.on('error', () => {})
          this.once('end', () => onEnd(this))
        }
      },
    })
    // An idle client's death is no news: the pool drops it and the next caller gets another.
    this.pool.on('error', () => {})
  }

  /** Connections that nobody uses. */
  get idleCount(): number {
    return this.pool.idleCount + this.#idle.size
  }

  /** A session of a connection that nobody uses, where there is one. */
  ready(): Session | undefined {
    const lent = this.#idle.take()
    if (lent === undefined) return undefined
    return new PgSession(lent.connection, (destroy) => this.giveBack(lent, destroy))
  }

  /** Those who wait for the pool come before those who come next. */
  giveBack(lent: LentClient, destroy: boolean): void {
    const isWanted = this.#emptied !== undefined || this.pool.waitingCount > 0
    if (destroy || isWanted) lent.client.release(destroy)
    else this.#idle.keep(lent)
  }

  /** Resolves when all sockets are closed; after the time given, what is in flight is cancelled. */
  async close(timeoutMs: number): Promise<void> {
    const emptied = Promise.withResolvers<void>()
    this.#emptied = emptied
    this.#idle.clear()
    // Its promise waits for borrowers that may never come back.
    this.pool.end().catch(() => {})
    if (this.#clients.size === 0) return
    const cut = setTimeout(() => {
      for (const client of this.#clients) void cancelAndCut(asPgClient(client))
    }, timeoutMs)
    await emptied.promise
    clearTimeout(cut)
  }
}

async function cancelAndCut(client: PgClient): Promise<void> {
  try {
    // A backend at work would not notice for long that its client is gone.
    const signal = AbortSignal.timeout(CANCEL_LIMIT_MS)
    await sendCancelRequest(client, { isWanted: () => true, signal })
  } catch {
    // What matters is the cut.
  } finally {
    client.connection.stream.destroy()
  }
}
