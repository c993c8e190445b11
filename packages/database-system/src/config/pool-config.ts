import type { PoolingOptions } from '@plataforma/pool'
import type { SystemConfig } from './system-config.js'

/** What the pools read beside `poolConfig`: the budget, what modules have of it, times. */
export type PoolConfig = Omit<PoolingOptions, 'poolConfig'>

/** The options of the pools as a configuration gives them. */
export function poolingOptions({
  poolConfig,
  pool,
  acquireTimeoutMs,
}: SystemConfig): PoolingOptions {
  return { ...pool, poolConfig: { acquireTimeoutMs, ...poolConfig } }
}
