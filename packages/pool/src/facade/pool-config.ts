import pg from 'pg'
import { invalidOption, milliseconds, type OptionRule } from '../manager/option-rule.js'

/** What `pg.Pool` takes, and what is ours. */
export interface PoolConfig extends pg.PoolConfig {
  /** An older name of `max`. */
  readonly poolSize?: number
  /** `'pg-pool'` ends a client that is released with any error, also one of its SQL. */
  readonly compat?: 'pg-pool'
  /**
   * What a client loses between two borrowers: an open transaction (unless given), or everything
   * (`DISCARD ALL`; what hooks set on connect is set again).
   */
  readonly hygiene?: 'transaction' | 'full'
  /**
   * Milliseconds for which every lent client has to be still, while callers wait, for that to
   * count as a deadlock; 1,000, 0 for never. With `compat: 'pg-pool'` never unless given.
   */
  readonly deadlockTimeoutMs?: number
  /**
   * Milliseconds that a client may be lent with nothing sent on it before it is reported as leaked;
   * 0, which looks for nothing.
   */
  readonly leakDetectionMs?: number
}

/** What a pool was made with, every default filled in. */
export interface PoolOptions extends pg.PoolOptions {
  readonly compat?: 'pg-pool'
  readonly hygiene: 'transaction' | 'full'
  readonly deadlockTimeoutMs: number
  readonly leakDetectionMs: number
  min: number
}

const DEADLOCK_TIMEOUT_MS = 1_000

/** Those of `pg.Pool`, but for `max`, are taken as it takes them. */
const OWN_RULES: readonly (readonly [key: keyof PoolConfig, rule: OptionRule])[] = [
  ['compat', { expected: '"pg-pool"', accepts: (value) => value === 'pg-pool' }],
  [
    'hygiene',
    {
      expected: '"transaction" or "full"',
      accepts: (value) => value === 'transaction' || value === 'full',
    },
  ],
  ['deadlockTimeoutMs', milliseconds()],
  ['leakDetectionMs', milliseconds()],
]

type ClientClass = new (config?: pg.ClientConfig) => pg.Client

/**
 * A copy in which every default stands; secrets stay out of logs.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 */
export function poolOptions(config: PoolConfig | null | undefined): PoolOptions {
  const given = { ...config }
  for (const [key, { accepts, expected }] of OWN_RULES) {
    const value: unknown = given[key]
    if (value !== undefined && !accepts(value)) throw invalidOption(key, value, expected)
  }
  const isCompatible = given.compat === 'pg-pool'
  const options: PoolOptions = {
    ...given,
    max: most(given.max || given.poolSize || 10),
    min: Number(given.min || 0),
    maxUses: given.maxUses || Number.POSITIVE_INFINITY,
    allowExitOnIdle: given.allowExitOnIdle || false,
    maxLifetimeSeconds: given.maxLifetimeSeconds || 0,
    idleTimeoutMillis: given.idleTimeoutMillis === undefined ? 10_000 : given.idleTimeoutMillis,
    hygiene: given.hygiene ?? 'transaction',
    deadlockTimeoutMs: given.deadlockTimeoutMs ?? (isCompatible ? 0 : DEADLOCK_TIMEOUT_MS),
    leakDetectionMs: given.leakDetectionMs ?? 0,
  }
  if (config && 'password' in config) hide(options, 'password')
  if (typeof options.ssl === 'object' && options.ssl !== null && 'key' in options.ssl) {
    hide(options.ssl, 'key')
  }
  return options
}

/** What a client is made with: the waiting and the connecting have limits of their own here. */
export function clientConfig(options: PoolOptions): pg.ClientConfig {
  const { password } = options
  return {
    ...options,
    ...('password' in options ? { password } : {}),
    connectionTimeoutMillis: 0,
  }
}

export function clientClass(options: PoolOptions, Client: unknown): ClientClass {
  return (options.Client ?? Client ?? pg.Client) as ClientClass
}

/** @throws PlataformaError `PLT_CONFIG_INVALID` */
function most(given: unknown): number {
  const max = Number(given)
  if (max >= 1) return max
  throw invalidOption('max', given, 'a number from 1')
}

function hide(object: object, key: string): void {
  Object.defineProperty(object, key, { enumerable: false })
}
