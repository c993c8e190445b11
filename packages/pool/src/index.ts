export { allocate, type Claim } from './budget/allocation.js'
export type { BudgetOption, PoolerOption, SharedBudgetSettings } from './budget/budget-options.js'
export type { BudgetFacts } from './budget/connection-budget.js'
export type { Leak } from './facade/leak.js'
export type { ModulePgPoolConfig } from './facade/module-pg-pool.js'
export { Pool } from './facade/pool.js'
export type { PoolConfig, PoolOptions } from './facade/pool-config.js'
export type { HostOptions } from './kernel/host-options.js'
export type { SheddingOptions } from './kernel/shedding.js'
export type {
  ModulePool,
  Percentiles,
  PerformanceStats,
  PoolMetrics,
} from './manager/module-pool.js'
export type { ModulePoolOptions, ModulePoolSettings } from './manager/module-pool-options.js'
export {
  MultiPoolManager,
  type MultiPoolManagerOptions,
} from './manager/multi-pool-manager.js'
export type { PoolBudget } from './manager/pool-budget.js'
export type { PoolingOptions } from './manager/pooling-options.js'
export type { SlowQuery } from './metrics/slow-queries.js'
export { pooling } from './plugin/pooling.js'
export { observePools, type PoolMeter } from './telemetry/observe-pools.js'
export type { PoolEvent, PoolMessages } from './telemetry/pool-channels.js'
