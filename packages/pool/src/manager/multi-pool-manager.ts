import {
  type Log,
  type LoginDirectory,
  type LogLevel,
  PlataformaError,
  type SessionSource,
} from '@plataforma/core'
import type { ClientConfig } from 'pg'
import type { ConnectionBudget } from '../budget/connection-budget.js'
import { createBudget } from '../budget/create-budget.js'
import { type ModulePgPoolConfig, modulePgPool } from '../facade/module-pg-pool.js'
import type { Pool } from '../facade/pool.js'
import { bothObservers } from '../kernel/both-observers.js'
import { machineClock } from '../kernel/clock.js'
import type { LoginObserver } from '../kernel/login-options.js'
import type { LoginPool } from '../kernel/login-pool.js'
import { PoolHost } from '../kernel/pool-host.js'
import type { PgConnector } from '../postgres/pg-connector.js'
import type { PgPhysical } from '../postgres/pg-physical.js'
import { Pooler } from '../postgres/pooler.js'
import { ModuleSessions } from '../session/module-sessions.js'
import {
  type Drawer,
  type OpenedLogin,
  PooledSessionSource,
} from '../session/pooled-session-source.js'
import { SessionLeaks } from '../session/session-leaks.js'
import { poolChannels } from '../telemetry/pool-channels.js'
import { tellingObserver } from '../telemetry/telling-observer.js'
import { ModulePool, type PoolMetrics } from './module-pool.js'
import { DEFAULT_MODULE_POOL, type ModulePoolSettings, withOptions } from './module-pool-options.js'
import { FUNCTION, OBJECT, type OptionRules } from './option-rule.js'
import type { PoolBudget } from './pool-budget.js'
import { assertPoolingOptions, POOLING_RULES, type PoolingOptions } from './pooling-options.js'

/** Options of `pooling()`, and whom to log in as. */
export interface MultiPoolManagerOptions extends PoolingOptions {
  /** One login for all modules. */
  readonly connectionString?: string | undefined
  /** A login for each identity, in place of `connectionString`. */
  readonly logins?: LoginDirectory | undefined
  /** Told, once each, of what works less well than it could; nobody unless given. */
  readonly log?: Log | undefined
}

const RULES: OptionRules<MultiPoolManagerOptions> = {
  ...POOLING_RULES,
  connectionString: { expected: 'a string', accepts: (value) => typeof value === 'string' },
  logins: OBJECT,
  log: FUNCTION,
}

/**
 * The connections of all modules, out of one budget.
 *
 * @example
 * const pools = new MultiPoolManager({ connectionString, poolConfig: { max: 20 } })
 * const db = new Kysely<Tables>({ dialect: new PlataformaDialect({ sessions: pools.sessions }) })
 * console.log(pools.getAllMetrics())
 */
export class MultiPoolManager implements AsyncDisposable {
  /** For `PlataformaDialect` and `createDatabase`. */
  readonly sessions: SessionSource
  readonly #options: MultiPoolManagerOptions
  readonly #budget: ConnectionBudget
  readonly #host: PoolHost<PgPhysical>
  readonly #pools = new Map<string, ModulePool>()
  readonly #pgPools = new Map<string, Pool>()
  readonly #logins: LoginDirectory
  readonly #pooler: Pooler
  readonly #common: ModulePoolSettings
  #started: Promise<void> | undefined

  /** @throws PlataformaError `PLT_CONFIG_INVALID` */
  constructor(options: MultiPoolManagerOptions) {
    assertPoolingOptions(options, RULES)
    this.#options = options
    this.#common = withOptions(DEFAULT_MODULE_POOL, options.poolConfig ?? {}, 'poolConfig')
    const logins = options.logins ?? oneLogin(options.connectionString)
    this.#logins = logins
    const { budget, pooler = 'auto' } = options
    this.#pooler = new Pooler(pooler, (sign) => this.#onPooler(sign))
    this.#budget = createBudget({
      budget,
      pooler,
      config: () => logins.loginOf({ kind: 'administrator' }).config,
      onPooler: (sign) => this.#pooler.found(sign),
    })
    this.#host = new PoolHost(machineClock, this.#budget.initial, {
      // One refusal alone may have been a moment's, as while a server restarts.
      toleratedFailures: 1,
      ...options.host,
    })
    this.#host.onDemand = (wanted) => this.#budget.wants(wanted)
    this.#host.onCrampedFloors = (places) => this.#warnOfFloors(places)
    this.sessions = new PooledSessionSource({
      host: this.#host,
      logins,
      gone: this.#budget.gone,
      pooler: this.#pooler,
      close: () => this.close(),
      openLogin: (login) => this.#openLogin(login),
      openDrawer: (name, login) => this.#openDrawer(name, login),
    })
    for (const module of Object.keys(options.modules ?? {})) this.poolOf(module)
  }

  /** By module; those of the system itself stand in parentheses. */
  getAllMetrics(): Record<string, PoolMetrics> {
    return Object.fromEntries([...this.#pools].map(([module, pool]) => [module, pool.getMetrics()]))
  }

  /** What this process may have, and out of how much. */
  getBudget(): PoolBudget {
    const { ceiling, used, shortage, breaker, logins } = this.#host
    const refusing = [breaker, ...logins.map((login) => login.breaker)]
    const error = refusing.find(({ state }) => state !== 'closed')?.error
    const refusal = error instanceof Error ? error.message : undefined
    return {
      ...this.#budget.facts,
      ceiling,
      used,
      shortage,
      logins: this.#loginKeys().size,
      refusal,
    }
  }

  /** Resolves when the budget is known, as far as it will be; at once where nobody has connected. */
  async ready(): Promise<void> {
    await this.#started
  }

  /** `undefined` for a module that nobody has heard of. */
  getModulePool(module: string): ModulePool | undefined {
    return this.#pools.get(module)
  }

  /** The pool of a module, made where there is none. */
  poolOf(module: string): ModulePool {
    let pool = this.#pools.get(module)
    if (pool === undefined) {
      pool = new ModulePool(module, this.#settingsOf(module), () => this.#host.clock.now())
      this.#pools.set(module, pool)
    }
    return pool
  }

  /**
   * A module's connections for a library that wants a `pg.Pool`: within the module's limits, which
   * hold for it and for sessions each, and counted in its metrics. The same one at every call,
   * until it was ended.
   *
   * @param config of the first call
   * @example
   * const dialect = new PostgresDialect({ pool: pools.pgPool('vendas') })
   */
  pgPool(module: string, config: ModulePgPoolConfig = {}): Pool {
    const known = this.#pgPools.get(module)
    if (known !== undefined && !known.ending) return known
    const pool = modulePgPool(
      {
        pools: this,
        pool: this.poolOf(module),
        logins: withoutRefused(this.#logins, this.#pooler),
        gone: this.#budget.gone,
        openLogin: (name, connector, observer) =>
          this.#openLogin({ name, connector, keepsPlace: false }, observer),
      },
      config,
    )
    this.#pgPools.set(module, pool)
    return pool
  }

  /**
   * Sessions for a module's part of the budget, for a Kysely of its own.
   *
   * @example
   * const sessions = pools.sessionsOf('vendas')
   * const vendas = new Kysely<Vendas>({ dialect: new PlataformaDialect({ sessions }) })
   */
  sessionsOf(module: string): SessionSource {
    const pool = this.poolOf(module)
    return new ModuleSessions(this.sessions, module, () => {
      const { activeConnections, idleConnections, waitingClients } = pool.getMetrics()
      return { active: activeConnections, idle: idleConnections, waiting: waitingClients }
    })
  }

  /**
   * Lets no new caller in (`PLT_CLOSED`), and resolves when all who wait or work have ended: before
   * `close()`, so that no request fails that was begun.
   *
   * @param timeoutMs milliseconds after which it resolves in any case; 30,000 unless given
   * @example
   * process.once('SIGTERM', async () => {
   *   await system.pool.drain({ timeoutMs: 10_000 })
   *   await system.close()
   * })
   */
  async drain({ timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.#host.drain(timeoutMs)
  }

  /** Idempotent; callers that wait are refused, work in progress has `closeTimeoutMs` to end. */
  async close(): Promise<void> {
    // The claim stands as long as connections do.
    await this.#host.close(this.#options.closeTimeoutMs ?? 5_000)
    await this.#budget.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #loginKeys(): ReadonlySet<string> {
    const keys = new Set(this.#host.logins.map(({ options }) => options.name))
    for (const module of this.#pools.keys()) {
      if (module.startsWith('(')) continue
      keys.add(this.#logins.loginOf({ kind: 'module', module }).key)
    }
    return keys
  }

  #warnOfFloors(budget: number): void {
    this.#host.onCrampedFloors = () => {}
    let floors = 0
    for (const { settings } of this.#pools.values()) floors += Math.min(settings.min, settings.max)
    this.#options.log?.(
      'warn',
      `The modules ask for ${floors} warm connections by their \`min\` and the budget is ${budget}: each keeps fewer.`,
      { floors, budget, remedy: 'Lower `min`, or raise the budget where the server has room.' },
    )
  }

  #settingsOf(module: string): ModulePoolSettings {
    const { modules = {} } = this.#options
    if (Object.hasOwn(modules, module)) {
      return withOptions(this.#common, modules[module] ?? {}, `modules.${module}`)
    }
    // What is kept warm is kept for modules: the system's own identities work now and then.
    return module.startsWith('(') ? { ...this.#common, min: 0 } : this.#common
  }

  #openLogin(opened: OpenedLogin, observer: LoginObserver<PgPhysical> = {}): LoginPool<PgPhysical> {
    const { idleTimeoutMs, maxLifetimeMs, connectTimeoutMs } = this.#options
    const login = this.#host.addLogin({
      ...opened,
      idleTimeoutMs: idleTimeoutMs ?? 10_000,
      maxLifetimeMs: maxLifetimeMs ?? 3_600_000,
      connectTimeoutMs: connectTimeoutMs ?? 10_000,
      observer: bothObservers(bothObservers(observer, tellingObserver(this, opened.name)), {
        lent: ({ name: module }, waitedMs) => this.#pools.get(module)?.noteWait(waitedMs),
        timedOut: ({ name: module }) => this.#pools.get(module)?.noteTimeout(),
        turnedAway: ({ name: module }) => this.#pools.get(module)?.noteTurnedAway(),
      }),
    })
    void this.#limit(login, opened.connector)
    return login
  }

  #onPooler(sign: string): void {
    this.#budget.countNobody()
    const { places } = this.#budget.facts
    const { log = warn } = this.#options
    log(
      'warn',
      `A pooler stands before PostgreSQL (${sign}). Settings of a session's start and named ` +
        'statements are left out, and other processes are not counted: this one uses ' +
        `${places} connections.`,
      { places, remedy: "Say `pooler: 'transaction'` and `budget: { connections, processes }`." },
    )
  }

  /** The budget begins with the first login. */
  async #limit(login: LoginPool<PgPhysical>, connector: PgConnector): Promise<void> {
    this.#started ??= this.#budget.start({
      clock: this.#host.clock,
      setCap: (cap) => this.#setCap(cap),
      used: () => this.#host.used,
      reserve: (places) => this.#host.reserve(places),
      refused: (error) => this.#host.crowding.refused(this.#host.used, error),
      pauseMs: () => this.#host.breaker.pauseMs,
    })
    await this.#started
    const { user = '', database = '' } = connector.target
    // Not to be told is no fault: the server says so itself when the limit is reached.
    login.limit = await this.#budget.limitOf(user, database).catch(() => Number.POSITIVE_INFINITY)
  }

  #setCap(places: number): void {
    const { cap: before } = this.#host
    if (places === before) return
    this.#host.setCap(places)
    const { budget } = poolChannels
    if (budget.hasSubscribers) budget.publish({ pools: this, places, before })
  }

  #openDrawer(name: string, login: LoginPool<PgPhysical>): Drawer {
    const pool = this.poolOf(name)
    const leaks = new SessionLeaks({
      clock: this.#host.clock,
      limitMs: () => pool.settings.leakDetectionMs,
      report: ({ heldMs, stack }) => {
        const leak = { login: login.options.name, module: name, heldMs, stack }
        if (poolChannels.leak.hasSubscribers) poolChannels.leak.publish({ pools: this, ...leak })
        this.#options.log?.(
          'warn',
          `A connection of "${name}" was borrowed and has done nothing for ${Math.round(heldMs)} ms.`,
          {
            ...leak,
            remedy: 'Commit or roll back, and read streams to their end, where `stack` says.',
          },
        )
      },
    })
    return { login, member: pool.draw(login), observe: pool.noteQuery, leaks }
  }
}

/** For connections that do not find out for themselves what a pooler refuses. */
function withoutRefused(logins: LoginDirectory, pooler: Pooler): LoginDirectory {
  return {
    loginOf(identity) {
      const login = logins.loginOf(identity)
      return { ...login, config: pooler.configFor(login.config) }
    },
    heal: async (identity) => (await logins.heal?.(identity)) ?? false,
  }
}

function warn(_level: LogLevel, message: string): void {
  process.emitWarning(message, { code: 'PLT_POOLER' })
}

function oneLogin(connectionString: string | undefined): LoginDirectory {
  if (connectionString === undefined) {
    throw new PlataformaError(
      'PLT_CONFIG_INVALID',
      'The pools have neither `connectionString` nor `logins`.',
      {
        remedy: 'Give one of them, such as postgresql://user:password@host:5432/database.',
        details: { key: 'connectionString' },
      },
    )
  }
  const config: ClientConfig = { connectionString }
  return { loginOf: () => ({ key: 'app', config }) }
}
