import { PlataformaError } from '../error/plataforma-error.js'
import type { Identity } from '../identity/identity.js'
import type { LoginDirectory } from '../identity/login-directory.js'
import { StatementNames } from '../wire/statement-names.js'
import { ClientWaiters } from './client-waiters.js'
import { lendClient } from './lend-client.js'
import { LoginPool } from './login-pool.js'
import type { PgConnection } from './pg-connection.js'
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
  readonly #pools = new Map<string, LoginPool>()
  readonly #waiters = new ClientWaiters()
  readonly #names = new StatementNames()
  readonly #healing = new Map<string, Promise<boolean>>()
  readonly #acquireTimeoutMs: number
  #isPooled = false
  #closing: Promise<void> | undefined

  constructor(options: PgPoolSessionSourceOptions) {
    this.#options = options
    this.#acquireTimeoutMs = options.acquireTimeoutMs ?? 30_000
  }

  acquire(request: SessionRequest): Promise<Session> {
    const ready = this.#ready(request)
    return ready === undefined ? this.#acquire(request) : Promise.resolve(ready)
  }

  #ready({ identity, signal }: SessionRequest): Session | undefined {
    if (this.#closing !== undefined || signal?.aborted) return undefined
    return this.#pools.get(this.#options.logins.loginOf(identity).key)?.ready()
  }

  async #acquire(request: SessionRequest): Promise<Session> {
    try {
      return await this.#lend(request)
    } catch (error) {
      if (!isPasswordRefused(error) || !(await this.#heal(request.identity))) throw error
    }
    return await this.#lend(request)
  }

  /** Whether a session was found to be another process's than the one that was connected to. */
  get isPooled(): boolean {
    return this.#isPooled
  }

  stats(): SessionSourceStats {
    let active = 0
    let idle = 0
    for (const { pool, idleCount } of this.#pools.values()) {
      active += pool.totalCount - idleCount
      idle += idleCount
    }
    return { active, idle, waiting: this.#waiters.size }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #lend({ identity, signal }: SessionRequest): Promise<Session> {
    if (this.#closing !== undefined) throw closed()
    signal?.throwIfAborted()
    const login = this.#poolOf(identity)
    try {
      return await lendClient(login.pool, {
        waiters: this.#waiters,
        names: this.#names,
        signal,
        prepare: (connection) => this.#measure(connection, signal),
        giveBack: (lent, destroy) => login.giveBack(lent, destroy),
      })
    } catch (error) {
      throw withCode(error)
    }
  }

  async #measure(connection: PgConnection, signal: AbortSignal | undefined): Promise<void> {
    if (connection.measured) return
    const deadline = AbortSignal.timeout(this.#acquireTimeoutMs)
    const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
    try {
      await connection.measure(either)
      if (connection.backendPid === 0) this.#isPooled = true
    } catch (error) {
      throw error === deadline.reason ? unanswered(error) : error
    }
  }

  #poolOf(identity: Identity): LoginPool {
    const login = this.#options.logins.loginOf(identity)
    let pool = this.#pools.get(login.key)
    if (pool === undefined) {
      pool = new LoginPool({
        ...login.config,
        max: this.#options.max ?? 10,
        connectionTimeoutMillis: this.#acquireTimeoutMs,
        idleTimeoutMillis: this.#options.idleTimeoutMs ?? 10_000,
      })
      this.#pools.set(login.key, pool)
    }
    return pool
  }

  /** Once for all callers that were refused together. */
  #heal(identity: Identity): Promise<boolean> {
    const { logins } = this.#options
    const { key } = logins.loginOf(identity)
    let healing = this.#healing.get(key)
    if (healing === undefined) {
      healing = Promise.resolve(logins.heal?.(identity) ?? false).finally(() =>
        this.#healing.delete(key),
      )
      this.#healing.set(key, healing)
    }
    return healing
  }

  async #close(): Promise<void> {
    this.#waiters.close(closed())
    const timeoutMs = this.#options.closeTimeoutMs ?? 5_000
    await Promise.all([...this.#pools.values()].map((pool) => pool.close(timeoutMs)))
  }
}

function isPasswordRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28P01'
}

function closed(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'The source of sessions was closed.', {
    remedy: 'Make no calls after `close()`.',
  })
}

/** What the pool tells by message only. */
function withCode(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (error.message === 'timeout exceeded when trying to connect') {
    return new PlataformaError('PLT_POOL_TIMEOUT', 'No session became free in time.', {
      cause: error,
      remedy: 'Finish work sooner, or raise the pool’s `max` or `acquireTimeoutMs`.',
    })
  }
  return error.message === 'Connection terminated due to connection timeout'
    ? unanswered(error)
    : error
}

function unanswered(cause: unknown): PlataformaError {
  return new PlataformaError('PLT_DATABASE_UNAVAILABLE', 'PostgreSQL did not answer in time.', {
    cause,
    remedy: 'Check the server and the network, or raise `acquireTimeoutMs`.',
  })
}
