export type { Acting, SystemContext } from './context/acting.js'
export type { TenantContext } from './context/tenant-context.js'
export { Administration } from './database/administration.js'
export {
  type CreateDatabaseOptions,
  createDatabase,
  type ManagersOf,
} from './database/create-database.js'
export { Database } from './database/database.js'
export type { DatabaseOptions, TlsOptions } from './database/database-options.js'
export { findingsForMode } from './database/findings-for-mode.js'
export type { SystemHealth } from './database/health.js'
export type { ModuleOptions } from './database/module-options.js'
export { serverAddress } from './database/server-address.js'
export { dropConnection } from './dialect/drop-connection.js'
export { PlataformaDialect, type PlataformaDialectConfig } from './dialect/plataforma-dialect.js'
export { ERROR_CODES, type ErrorCode } from './error/error-codes.js'
export { toPlataformaError } from './error/from-database-error.js'
export { PlataformaError, type PlataformaErrorData } from './error/plataforma-error.js'
export { shownValue } from './error/shown-value.js'
export { suggestion } from './error/suggestion.js'
export type { Identity } from './identity/identity.js'
export type { LocalSetting, Login, LoginDirectory } from './identity/login-directory.js'
export { DEVELOPMENT_SECRET } from './identity/login-secret.js'
export { assertModuleName, moduleSchema } from './identity/module-name.js'
export {
  type SchemaUpgrade,
  upgradeSchema,
} from './isolation/bookkeeping/upgrade-schema.js'
export type { Finding } from './isolation/inspection/finding.js'
export type { KeyAcrossTenants } from './isolation/inspection/keys-across-tenants.js'
export type { OpenParent } from './isolation/inspection/open-parents.js'
export type { LoginGrade } from './isolation/isolation.js'
export { ModuleIsolationManager } from './isolation/module-isolation-manager.js'
export type { ModuleIsolationOptions } from './isolation/module-isolation-options.js'
export type { Door, DoorPrivilege } from './isolation/modules/doors.js'
export type { ModuleEntry } from './isolation/modules/module-registry.js'
export type { ColumnChange } from './isolation/policies/release-table.js'
export type { EnsuredTable } from './isolation/policies/table-registry.js'
export { ModuleDatabase } from './module/module-database.js'
export type { CacheQueryOptions } from './module/module-host.js'
export { ModuleTransaction } from './module/module-transaction.js'
export { QueryBuilder } from './module/query-builder.js'
export { TableVerbs } from './module/table-verbs.js'
export type { TablesOf } from './module/tables-of.js'
export { UnifiedDatabase } from './module/unified-database.js'
export type { Feature } from './plugin/feature.js'
export type {
  Clock,
  ComponentHealth,
  ComponentStatus,
  DatabasePlugin,
  HealthProbe,
  Log,
  LogLevel,
  ModuleRef,
  PluginHost,
  PluginModules,
  PluginMoments,
  TableRef,
} from './plugin/plugin.js'
export {
  type ConformanceCheck,
  type PluginConformanceOptions,
  pluginConformance,
} from './plugin/plugin-conformance.js'
export type { Filter } from './query/filter.js'
export type { UnknownTables } from './query/row-types.js'
export type { CallOptions, Page, SelectOptions, StreamOptions } from './query/select-options.js'
export type {
  AffectedRows,
  InsertOptions,
  UpsertOptions,
  WriteOptions,
} from './query/write-options.js'
export { cancelStatement } from './session/cancel-statement.js'
export { type ClientLoan, ClientSessions } from './session/client-sessions.js'
export {
  PgPoolSessionSource,
  type PgPoolSessionSourceOptions,
} from './session/pg-pool-session-source.js'
export type {
  Residue,
  RunOptions,
  Segment,
  Session,
  StreamOptions as SessionStreamOptions,
  WireResult,
  WireStatement,
} from './session/session.js'
export type { SessionRequest, SessionSource, SessionSourceStats } from './session/session-source.js'
export type {
  NextStatement,
  Statement,
  StatementInterceptor,
  StatementResult,
} from './statement/statement.js'
export {
  type QualifiedName,
  type StatementAccess,
  type StatementFacts,
  type StatementKind,
  statementFacts,
} from './statement/statement-facts.js'
export type { Writes, WrittenTable } from './statement/written-tables.js'
export type { ColumnDefinition, ReferenceDefinition } from './table/column-definition.js'
export type { TableDefinition } from './table/table-definition.js'
export type { OwnerTransaction } from './table/table-host.js'
export type { TableOptions } from './table/table-options.js'
export { observeStatements, type StatementMeter } from './telemetry/observe-statements.js'
export type { StatementTrace } from './telemetry/statement-trace.js'
export type { SystemTransaction } from './transaction/system-transaction.js'
export type { TransactionOptions } from './transaction/transaction-options.js'
export { type Transactional, TransactionWrapper } from './transaction/transaction-wrapper.js'
export type { ValueParsers } from './wire/value-parsers.js'
