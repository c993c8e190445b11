import pg from 'pg'
import { PlataformaError } from '../error/plataforma-error.js'
import { identityKey } from '../identity/identity.js'
import type { LoginDirectory } from '../identity/login-directory.js'
import { StatementNames } from '../wire/statement-names.js'
import { lendClient } from './client-pool-source.js'
import type { Session } from './session.js'
import type { SessionRequest, SessionSource, SessionSourceStats } from './session-source.js'

export interface PgPoolSessionSourceOptions {
  readonly logins: LoginDirectory
  /** Connections per login, 10 unless given. */
  readonly max?: number
  /** Milliseconds a caller waits for a session, 30,000 unless given. */
  readonly acquireTimeoutMs?: number
  /** Milliseconds an unused connection is kept, 10,000 unless given. */
  readonly idleTimeoutMs?: number
  /** Milliseconds that `close` waits for work in progress, 5,000 unless given. */
  readonly closeTimeoutMs?: number
}

/** The default source: one small `pg.Pool` per login. */
export class PgPoolSessionSource implements SessionSource {
  readonly #options: PgPoolSessionSourceOptions
  readonly #pools = new Map<string, pg.Pool>()
  readonly #names = new StatementNames()
  readonly #lent = new Set<pg.PoolClient>()
  #closing: Promise<void> | undefined

  constructor(options: PgPoolSessionSourceOptions) {
    this.#options = options
  }

  async acquire(request: SessionRequest): Promise<Session> {
    request.signal?.throwIfAborted()
    try {
      return await this.#lend(request)
    } catch (error) {
      const refused = error instanceof Error && 'code' in error && error.code === '28P01'
      if (!refused || !(await this.#options.logins.heal?.(request.identity))) throw error
      return await this.#lend(request)
    }
  }

  stats(): SessionSourceStats {
    let active = 0
    let idle = 0
    let waiting = 0
    for (const pool of this.#pools.values()) {
      active += pool.totalCount - pool.idleCount
      idle += pool.idleCount
      waiting += pool.waitingCount
    }
    return { active, idle, waiting }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  #lend(request: SessionRequest): Promise<Session> {
    if (this.#closing !== undefined) {
      throw new PlataformaError(
        'PLT_CLOSED',
        'The system was closed; it opens no session any more.',
        {
          details: { identity: identityKey(request.identity) },
        },
      )
    }
    const pool = this.#poolOf(request)
    return lendClient(pool, {
      names: this.#names,
      measure: true,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    })
  }

  #poolOf(request: SessionRequest): pg.Pool {
    const login = this.#options.logins.loginOf(request.identity)
    const known = this.#pools.get(login.key)
    if (known !== undefined) return known
    const pool = new pg.Pool({
      ...login.config,
      max: this.#options.max ?? 10,
      connectionTimeoutMillis: this.#options.acquireTimeoutMs ?? 30_000,
      idleTimeoutMillis: this.#options.idleTimeoutMs ?? 10_000,
    })
    // An idle client's death is no news: the pool drops it and the next caller gets another.
    pool.on('error', () => {})
    pool.on('acquire', (client) => this.#lent.add(client))
    pool.on('release', (_error, client) => this.#lent.delete(client))
    this.#pools.set(login.key, pool)
    return pool
  }

  async #close(): Promise<void> {
    const giveUp = setTimeout(() => {
      for (const client of this.#lent) {
        const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
        connection.stream.destroy()
      }
    }, this.#options.closeTimeoutMs ?? 5_000)
    try {
      await Promise.all([...this.#pools.values()].map((pool) => pool.end()))
    } finally {
      clearTimeout(giveUp)
    }
  }
}
