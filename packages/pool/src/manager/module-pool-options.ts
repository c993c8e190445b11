import type { MemberLimits } from '../kernel/member.js'
import type { SheddingOptions } from '../kernel/shedding.js'
import {
  assertOptions,
  invalidOption,
  milliseconds,
  OBJECT,
  type OptionRules,
  WEIGHT,
  wholeNumber,
} from './option-rule.js'

/** How a module uses connections; what is left out keeps its value or default. */
export interface ModulePoolOptions {
  /** Connections kept warm from its first statement on, as far as the budget reaches; 0. */
  readonly min?: number | undefined
  /** Connections that it uses at once, at the most; 10. */
  readonly max?: number | undefined
  /** Its part where there is not enough for all; 1. */
  readonly weight?: number | undefined
  /** Milliseconds that a caller waits for a connection; 30,000. 0 waits for ever. */
  readonly acquireTimeoutMs?: number | undefined
  /** Callers that wait at once; 10,000. */
  readonly maxWaiting?: number | undefined
  /**
   * When waits above `targetMs` (5,000) have lasted for `intervalMs` (10,000), who has waited for
   * twice `targetMs` is turned away.
   */
  readonly shedding?: Partial<SheddingOptions> | undefined
  /** Milliseconds from which a statement counts as slow; 1,000. */
  readonly slowQueryThresholdMs?: number | undefined
  /**
   * Milliseconds that a connection may be lent with nothing sent on it, before `log` says who
   * borrowed it; 0, which looks for nothing.
   */
  readonly leakDetectionMs?: number | undefined
}

/** Options of a module with every default. */
export interface ModulePoolSettings extends MemberLimits {
  readonly slowQueryThresholdMs: number
  readonly leakDetectionMs: number
}

export const DEFAULT_MODULE_POOL: ModulePoolSettings = {
  min: 0,
  max: 10,
  weight: 1,
  acquireTimeoutMs: 30_000,
  maxWaiting: 10_000,
  shedding: { targetMs: 5_000, intervalMs: 10_000 },
  slowQueryThresholdMs: 1_000,
  leakDetectionMs: 0,
}

const RULES: OptionRules<ModulePoolOptions> = {
  min: wholeNumber(0),
  max: wholeNumber(1),
  weight: WEIGHT,
  acquireTimeoutMs: milliseconds(),
  maxWaiting: wholeNumber(0),
  shedding: OBJECT,
  slowQueryThresholdMs: milliseconds(),
  leakDetectionMs: milliseconds(),
}

const SHEDDING_RULES: OptionRules<SheddingOptions> = {
  targetMs: milliseconds(1),
  intervalMs: milliseconds(1),
}

/**
 * Settings with other options on top. A `min` from before is bounded by a new `max`.
 *
 * @param path of the options, for messages
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 */
export function withOptions(
  settings: ModulePoolSettings,
  options: ModulePoolOptions,
  path = '',
): ModulePoolSettings {
  assertOptions(options, RULES, path)
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  const { shedding = {}, ...numbers } = options
  assertOptions(shedding, SHEDDING_RULES, at('shedding'))
  const merged: ModulePoolSettings = {
    ...settings,
    ...given(numbers),
    shedding: { ...settings.shedding, ...given(shedding) },
  }
  if (options.min !== undefined && options.min > merged.max) {
    throw invalidOption(at('min'), options.min, `at most \`max\` (${merged.max}), or a greater max`)
  }
  return merged
}

function given<Options extends object>(options: Options) {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<{ [Key in keyof Options]: NonNullable<Options[Key]> }>
}
