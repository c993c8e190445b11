import { PlataformaError } from '@plataforma/core'
import type { MemberLimits } from '../kernel/member.js'

/** How a module uses connections; what is left out keeps its value or default. */
export interface ModulePoolOptions {
  /** Connections kept warm from its first statement on, as far as the budget reaches; 0. */
  readonly min?: number
  /** Connections that it uses at once, at the most; 10. */
  readonly max?: number
  /** Its part where there is not enough for all; 1. */
  readonly weight?: number
  /** Milliseconds that a caller waits for a connection; 30,000. 0 waits for ever. */
  readonly acquireTimeoutMs?: number
  /** Callers that wait at once; 10,000. */
  readonly maxWaiting?: number
  /** When callers are turned away: waits above 5,000 ms for 10,000 ms. */
  readonly shedding?: { readonly targetMs?: number; readonly intervalMs?: number }
  /** Milliseconds from which a statement counts as slow; 1,000. */
  readonly slowQueryThresholdMs?: number
}

export interface ModulePoolSettings extends MemberLimits {
  readonly slowQueryThresholdMs: number
}

export const DEFAULT_MODULE_POOL: ModulePoolSettings = {
  min: 0,
  max: 10,
  weight: 1,
  acquireTimeoutMs: 30_000,
  maxWaiting: 10_000,
  shedding: { targetMs: 5_000, intervalMs: 10_000 },
  slowQueryThresholdMs: 1_000,
}

/** @throws PlataformaError `PLT_CONFIG_INVALID` */
export function withOptions(
  settings: ModulePoolSettings,
  { shedding, ...options }: ModulePoolOptions,
): ModulePoolSettings {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  )
  const merged: ModulePoolSettings = {
    ...settings,
    ...given,
    shedding: { ...settings.shedding, ...shedding },
  }
  const { min, max, weight, maxWaiting } = merged
  whole('min', min, 0)
  whole('max', max, 1)
  whole('maxWaiting', maxWaiting, 0)
  if (min > max) throw invalid('min', min, `at most \`max\` (${max})`)
  if (!(weight > 0 && weight <= 1_000)) throw invalid('weight', weight, 'above 0, up to 1,000')
  for (const name of ['acquireTimeoutMs', 'slowQueryThresholdMs'] as const) {
    const value = merged[name]
    if (!(value >= 0)) throw invalid(name, value, 'a number of milliseconds')
  }
  for (const name of ['targetMs', 'intervalMs'] as const) {
    const value = merged.shedding[name]
    if (!(value > 0)) throw invalid(`shedding.${name}`, value, 'a number of milliseconds above 0')
  }
  return merged
}

function whole(name: string, value: unknown, least: number): void {
  if (Number.isInteger(value) && Number(value) >= least) return
  throw invalid(name, value, `a whole number from ${least}`)
}

function invalid(key: string, value: unknown, expected: string): PlataformaError {
  return new PlataformaError(
    'PLT_CONFIG_INVALID',
    `The pool's \`${key}\` cannot be ${String(value)}.`,
    { remedy: `Give ${expected}.`, details: { key } },
  )
}
