export type { CreatedMigration } from './create/create-migration.js'
export type { GivenDatabase } from './ground/given-database.js'
export type { Dependency } from './migration/dependency.js'
export type { Migration, MigrationCode, MigrationDatabase } from './migration/migration.js'
export type { MigrationMetadata } from './migration/migration-metadata.js'
export type {
  MigrationPlan,
  OutOfOrderPolicy,
  PlanInput,
  PlannedMigration,
  PlanWarning,
} from './plan/migration-plan.js'
export { planMigrations } from './plan/plan-migrations.js'
export { migrations } from './plugin/migrations.js'
export type { MigrationsPluginOptions } from './plugin/migrations-plugin-options.js'
export type { MigrationRecord, MigrationState } from './registry/migration-record.js'
export { generateTypes, type RowTypeReport } from './row-types/generate-types.js'
export type { RowTypeModule, RowTypeOptions } from './row-types/row-type-options.js'
export { type RowTypeDifference, verifyTypes } from './row-types/verify-types.js'
export type { BaselineRequest } from './run/baseline.js'
export type { CallOptions } from './run/engine.js'
export type { RepairRequest } from './run/repair.js'
export type { RollbackRequest } from './run/rollback.js'
export { readSnapshot } from './snapshot/read-snapshot.js'
export type { SchemaSnapshot, SnapshotObjects, SnapshotValue } from './snapshot/schema-snapshot.js'
export { snapshotHash } from './snapshot/snapshot-hash.js'
export { listMigrations } from './source/list-migrations.js'
export type {
  MigrationObject,
  MigrationOptions,
  MigrationSystemOptions,
} from './system/migration-options.js'
export type { LockHolder, MigrationProgress } from './system/migration-progress.js'
export type {
  AppliedMigration,
  BaselineReport,
  HalfDoneMigration,
  HistoryEntry,
  KeyWarning,
  ModuleReport,
  ModuleStatus,
  PendingMigration,
  PlanReport,
  RepairReport,
  RollbackReport,
  RunMigration,
  RunReport,
  RunWarning,
} from './system/migration-reports.js'
export { MigrationSystem } from './system/migration-system.js'
