export {
  Administration,
  type AffectedRows,
  type CacheQueryOptions,
  type CallOptions,
  type Clock,
  type ColumnDefinition,
  type ComponentHealth,
  type ComponentStatus,
  type DatabaseOptions,
  type DatabasePlugin,
  ERROR_CODES,
  type ErrorCode,
  type Filter,
  type InsertOptions,
  type Log,
  type LogLevel,
  ModuleDatabase,
  ModuleIsolationManager,
  ModuleTransaction,
  type Page,
  PlataformaError,
  type PlataformaErrorData,
  QueryBuilder,
  type SelectOptions,
  type StreamOptions,
  type SystemHealth,
  type SystemTransaction,
  type TableOptions,
  type TenantContext,
  type TlsOptions,
  type TransactionOptions,
  TransactionWrapper,
  UnifiedDatabase,
  type UpsertOptions,
  type WriteOptions,
} from '@plataforma/core'
export {
  type AppliedMigration,
  type BaselineReport,
  generateTypes,
  type HistoryEntry,
  type LockHolder,
  type Migration,
  type MigrationCode,
  type MigrationDatabase,
  type MigrationObject,
  type MigrationProgress,
  MigrationSystem,
  type MigrationsPluginOptions,
  type ModuleReport,
  type ModuleStatus,
  type PendingMigration,
  type PlanReport,
  type RepairReport,
  type RollbackReport,
  type RowTypeDifference,
  type RowTypeReport,
  type RunMigration,
  type RunReport,
  verifyTypes,
} from '@plataforma/migrations'
export {
  type ModulePool,
  type ModulePoolOptions,
  MultiPoolManager,
  observePools,
  type PerformanceStats,
  type PoolBudget,
  type PoolMetrics,
  type SlowQuery,
} from '@plataforma/pool'
export { defineConfig } from './config/define-config.js'
export { DEVELOPMENT_CONFIG } from './config/development-config.js'
export type { FeatureName, FeatureSwitches } from './config/features.js'
export type { PoolConfig } from './config/pool-config.js'
export { PRODUCTION_CONFIG } from './config/production-config.js'
export type { RedisConfig } from './config/redis-config.js'
export type { KnownKeys, SystemConfig } from './config/system-config.js'
export type { ManagerName } from './manager/manager-factories.js'
export type { ManagerOf } from './manager/manager-of.js'
export {
  createPlatformaDatabaseSystem,
  type SystemWith,
} from './system/create-platforma-database-system.js'
export { PlatformaDatabaseSystem } from './system/platforma-database-system.js'
export * from './system/register.js'
