import type { LoginPool } from '../kernel/login-pool.js'
import type { Member } from '../kernel/member.js'
import { LatencyHistogram } from '../metrics/latency-histogram.js'
import { SlowQueries, type SlowQuery } from '../metrics/slow-queries.js'
import type { PgPhysical } from '../postgres/pg-physical.js'
import {
  type ModulePoolOptions,
  type ModulePoolSettings,
  withOptions,
} from './module-pool-options.js'

/** How a module's pool is doing now; see also `getPerformanceStats`. */
export interface PoolMetrics {
  /** In use. */
  readonly activeConnections: number
  /** Idle connections that this module used last. */
  readonly idleConnections: number
  /** `activeConnections` and `idleConnections`. */
  readonly totalConnections: number
  /** Callers that wait for a connection now. */
  readonly waitingClients: number
  /** Milliseconds for which the first of them has waited; 0 where nobody waits. */
  readonly longestWaitMs: number
  /** Calls on its connections so far, those that failed as well. */
  readonly totalQueries: number
  /** Milliseconds, of all statements so far. */
  readonly avgQueryTime: number
  /** Milliseconds, of the last one to two minutes. */
  readonly queryTimePercentiles: Percentiles
  /** Milliseconds that callers waited for a connection, of the last one to two minutes. */
  readonly waitTimePercentiles: Percentiles
  /** Callers refused with `PLT_POOL_TIMEOUT`. */
  readonly timeouts: number
  /** Callers refused with `PLT_POOL_OVERLOADED`. */
  readonly turnedAway: number
  /** Connections that it keeps warm, as configured. */
  readonly min: number
  /** Connections that it may use at once, as configured. */
  readonly max: number
  /** Connections that are fairly this module's now. */
  readonly share: number
}

/** Half, 95 and 99 of 100 took no longer; milliseconds, at most 5 % off, 0 where there were none. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What a module's statements cost. */
export interface PerformanceStats {
  readonly totalQueries: number
  /** Milliseconds, of all statements so far. */
  readonly avgQueryTime: number
  /** Milliseconds, of the last one to two minutes. */
  readonly queryTimePercentiles: Percentiles
  /** Milliseconds from which a statement counts as slow. */
  readonly slowQueryThresholdMs: number
  /** Those that took most time in all come first. */
  readonly slowQueries: readonly SlowQuery[]
}

interface Draw {
  readonly login: LoginPool<PgPhysical>
  readonly member: Member<PgPhysical>
}

/** A module's part of the budget: its limits, its queue, its figures. */
export class ModulePool {
  readonly name: string
  readonly #now: () => number
  readonly #draws: Draw[] = []
  readonly #queries = new LatencyHistogram()
  readonly #waits = new LatencyHistogram()
  readonly #slow: SlowQueries
  #settings: ModulePoolSettings
  #totalQueries = 0
  #totalMs = 0
  #timeouts = 0
  #turnedAway = 0

  constructor(name: string, settings: ModulePoolSettings, now: () => number) {
    this.name = name
    this.#settings = settings
    this.#now = now
    this.#slow = new SlowQueries(name)
  }

  /** Its options with every default. */
  get settings(): ModulePoolSettings {
    return this.#settings
  }

  /**
   * Changes limits while work goes on: nothing that is running or waiting fails.
   *
   * @throws PlataformaError `PLT_CONFIG_INVALID`, and nothing is changed
   * @example
   * await system.pool.getModulePool('vendas')?.reconfigure({ max: 30 })
   */
  async reconfigure(options: ModulePoolOptions): Promise<void> {
    this.#settings = withOptions(this.#settings, options)
    for (const { login, member } of this.#draws) login.reconfigure(member, this.#settings)
  }

  /** Figures of this moment, without asking the server. */
  getMetrics(): PoolMetrics {
    const { min, max } = this.#settings
    let active = 0
    let idle = 0
    let waiting = 0
    let longest = 0
    let share = 0
    for (const { login, member } of this.#draws) {
      active += member.active
      waiting += member.queue.size
      const { first } = member.queue
      if (first !== undefined) longest = Math.max(longest, this.#now() - first.since)
      share += member.share
      for (const slot of login.idle) if (slot.member === member) idle += 1
    }
    return {
      activeConnections: active,
      idleConnections: idle,
      totalConnections: active + idle,
      waitingClients: waiting,
      longestWaitMs: longest,
      ...this.#queryFigures(),
      waitTimePercentiles: percentilesOf(this.#waits, this.#now()),
      timeouts: this.#timeouts,
      turnedAway: this.#turnedAway,
      min: Math.min(min, max),
      max,
      share,
    }
  }

  /** Times of statements, and those that were slow: a hundred at the most, without values. */
  getPerformanceStats(): PerformanceStats {
    return {
      ...this.#queryFigures(),
      slowQueryThresholdMs: this.#settings.slowQueryThresholdMs,
      slowQueries: this.#slow.list(),
    }
  }

  /** Lets the module draw from a login's connections. */
  draw(login: LoginPool<PgPhysical>): Member<PgPhysical> {
    const member = login.join(this.name, this.#settings)
    this.#draws.push({ login, member })
    return member
  }

  /** The login is closed. */
  withdraw(login: LoginPool<PgPhysical>): void {
    const place = this.#draws.findIndex((draw) => draw.login === login)
    if (place !== -1) this.#draws.splice(place, 1)
  }

  readonly noteQuery = (tookMs: number, text: () => string): void => {
    this.#totalQueries += 1
    this.#totalMs += tookMs
    this.#queries.record(tookMs, this.#now())
    if (tookMs >= this.#settings.slowQueryThresholdMs) {
      this.#slow.note(text(), tookMs, new Date())
    }
  }

  noteWait(waitedMs: number): void {
    this.#waits.record(waitedMs, this.#now())
  }

  noteTimeout(): void {
    this.#timeouts += 1
  }

  noteTurnedAway(): void {
    this.#turnedAway += 1
  }

  #queryFigures() {
    return {
      totalQueries: this.#totalQueries,
      avgQueryTime: this.#totalQueries === 0 ? 0 : this.#totalMs / this.#totalQueries,
      queryTimePercentiles: percentilesOf(this.#queries, this.#now()),
    }
  }
}

function percentilesOf(histogram: LatencyHistogram, now: number): Percentiles {
  const [p50 = 0, p95 = 0, p99 = 0] = histogram.percentiles([0.5, 0.95, 0.99], now)
  return { p50, p95, p99 }
}
