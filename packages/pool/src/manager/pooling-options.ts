import {
  type BudgetOption,
  checkBudget,
  checkPooler,
  type PoolerOption,
} from '../budget/budget-options.js'
import type { HostOptions } from '../kernel/host-options.js'
import type { ModulePoolOptions } from './module-pool-options.js'
import {
  ANYTHING,
  assertOptions,
  BOOLEAN,
  milliseconds,
  OBJECT,
  type OptionRules,
  wholeNumber,
} from './option-rule.js'

/** Options of the pools; what is left out has its default. */
export interface PoolingOptions {
  /** For every module that is not named in `modules`. */
  readonly poolConfig?: ModulePoolOptions | undefined
  /** For single modules, by name, on top of `poolConfig`. */
  readonly modules?: Readonly<Record<string, ModulePoolOptions>> | undefined
  /**
   * Connections of this process, or what several share; shared by all processes of the server that
   * say nothing else, out of what its `max_connections` leaves, unless given.
   */
  readonly budget?: BudgetOption | undefined
  /** What stands between this process and PostgreSQL; found out unless given. */
  readonly pooler?: PoolerOption | undefined
  /** Milliseconds that an unused connection beyond `min` is kept; 10,000. 0 keeps it for ever. */
  readonly idleTimeoutMs?: number | undefined
  /** Milliseconds that a connection is used, less up to a tenth by chance; 3,600,000. 0: for ever. */
  readonly maxLifetimeMs?: number | undefined
  /** Milliseconds that one attempt to connect may take; 10,000. */
  readonly connectTimeoutMs?: number | undefined
  /** Milliseconds that `close` waits for work in progress; 5,000. */
  readonly closeTimeoutMs?: number | undefined
  /** How fast connections are opened, and moved between logins. */
  readonly host?: Partial<HostOptions> | undefined
}

export const POOLING_RULES: OptionRules<PoolingOptions> = {
  poolConfig: OBJECT,
  modules: OBJECT,
  budget: ANYTHING,
  pooler: ANYTHING,
  idleTimeoutMs: milliseconds(),
  maxLifetimeMs: milliseconds(),
  connectTimeoutMs: milliseconds(1),
  closeTimeoutMs: milliseconds(),
  host: OBJECT,
}

const HOST_RULES: OptionRules<HostOptions> = {
  eagerStart: BOOLEAN,
  toleratedFailures: wholeNumber(0),
  maxConnecting: wholeNumber(1),
  targetWaitMs: milliseconds(1),
  minHoldMs: milliseconds(),
  handoversPerSecond: wholeNumber(1),
  longestPauseMs: milliseconds(1),
}

/**
 * The options of a module are checked where its pool is made.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 */
export function assertPoolingOptions<Options extends PoolingOptions>(
  options: unknown,
  rules: OptionRules<Options>,
): asserts options is Options {
  assertOptions(options, rules)
  checkBudget(options.budget)
  checkPooler(options.pooler)
  if (options.host !== undefined) assertOptions(options.host, HOST_RULES, 'host')
}
