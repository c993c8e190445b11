import type { Kysely } from 'kysely'
import type { Acting } from '../context/acting.js'
import type { LocalSetting, LoginDirectory } from '../identity/login-directory.js'
import type { Finding } from '../isolation/inspection/finding.js'
import type { KeyAcrossTenants } from '../isolation/inspection/keys-across-tenants.js'
import type { OpenParent } from '../isolation/inspection/open-parents.js'
import type { ColumnChange } from '../isolation/policies/release-table.js'
import type { QueryCache } from '../module/module-host.js'
import type { SessionSource } from '../session/session-source.js'
import type { StatementInterceptor } from '../statement/statement.js'
import type { Writes } from '../statement/written-tables.js'
import type { TableDefinition } from '../table/table-definition.js'
import type { OwnerTransaction } from '../table/table-host.js'
import type { Feature } from './feature.js'

/**
 * A part of the system: a name, what it comes after, and a `setup` that returns its manager,
 * which then stands on the database under the plugin's name.
 */
export interface DatabasePlugin<Name extends string = string, Manager = unknown> {
  readonly name: Name
  /** Plugins that must be set up earlier, where they are listed at all. */
  readonly after?: readonly string[]
  /** Options of tables and reads that this plugin makes work. */
  readonly provides?: readonly Feature[]
  /** Replaces the source of all sessions; called before anything connects, by one plugin at most. */
  sessions?(logins: LoginDirectory): SessionSource
  /** Called by `initialize()`, when the bookkeeping schema stands and before any module is used. */
  setup(host: PluginHost): Promise<Manager>
}

/** What a plugin may use and where it may take part. */
export interface PluginHost {
  /** The administrator's handle: bookkeeping and roles, never a statement of a module. */
  readonly admin: Kysely<unknown>
  readonly modules: PluginModules
  readonly mode: 'production' | 'development'
  /** Name of the column that holds a row's tenant. */
  readonly tenantColumn: string
  /** Whether a pooler is known to give each transaction of the administrator another session. */
  readonly isPooled: boolean
  /** For whom the current call acts. */
  readonly acting: () => Acting
  readonly clock: Clock
  readonly log: Log
  /** Stands in the way of every statement of a module; installed once, at setup. */
  intercept(interceptor: StatementInterceptor): void
  /** Takes part in a moment; listeners run in the order of the plugins. */
  on<Moment extends keyof PluginMoments>(moment: Moment, listener: PluginMoments[Moment]): void
  /**
   * Protects a table that came into being outside `createTable`, and tells every plugin; inside a
   * transaction of the administrator, whichever role it has taken. With `rls: false` the table is
   * written down as one that stays without policies.
   */
  ensureTable(
    table: TableRef,
    trx: OwnerTransaction,
    options?: { readonly rls?: boolean },
  ): Promise<void>
  /**
   * SQL for the owner of a table, to be run before a statement that drops a column, renames it or
   * changes its type: takes policies away that depend on it. Before COMMIT the table is to go
   * through `ensureTable` where it has the tenant column, else through `releaseTable`.
   */
  releaseStatement(change: ColumnChange): string
  /**
   * Takes a table that has lost its tenant column out of isolation, inside a transaction of the
   * administrator that holds it in ACCESS EXCLUSIVE mode.
   */
  releaseTable(table: TableRef, trx: OwnerTransaction): Promise<void>
  /**
   * Protects whatever is new in a module's schema, in a transaction of its own; gives what remains
   * to be mended by hand.
   */
  secureModule(module: string): Promise<readonly Finding[]>
  /**
   * Unique and foreign keys of the modules' protected tables that do not include the tenant: by a
   * conflict a tenant may learn of another's row. Only reads, on a session of the administrator.
   */
  keysAcrossTenants(
    modules: readonly string[],
    session: Kysely<unknown>,
  ): Promise<readonly KeyAcrossTenants[]>
  /**
   * Tables through which the rows of the modules' protected tables are read past their policies,
   * since these inherit from them. Only reads, on a session of the administrator.
   */
  openParents(modules: readonly string[], session: Kysely<unknown>): Promise<readonly OpenParent[]>
  /** Tells everybody that a module's schema changed. */
  schemaChanged(module: string): Promise<void>
  /** Answers `cacheQuery` of modules from here on; for the plugin that provides `cache`. */
  cacheQueries(cache: QueryCache): void
  health(probe: HealthProbe): void
  metrics(collect: () => Readonly<Record<string, number>>): void
  /** Runs at `close()`, last registered first. */
  onClose(close: () => Promise<void> | void): void
}

/** The moments of a database's life. Every `ensure…` is idempotent and may run again. */
export interface PluginMoments {
  /** A module was created, or exists already when the plugin starts; as the administrator. */
  ensureModule(module: ModuleRef, trx: OwnerTransaction): Promise<void>
  /** A table was defined by `createTable`; may answer with a changed definition. */
  tableDefined(definition: TableDefinition): TableDefinition
  /** A table was created, migrated, altered by its owner or found; as the module's owner. */
  ensureTable(table: TableRef, trx: OwnerTransaction): Promise<void>
  /** Awaited before COMMIT; an error rolls back. */
  committing(writes: Writes): Promise<void> | void
  /** After COMMIT; `lsn` where a listener asked for it by `committedWithLsn`. */
  committed(writes: Writes, lsn: string | undefined): Promise<void> | void
  /** Like `committed`, at the price of one more answer per COMMIT. */
  committedWithLsn(writes: Writes, lsn: string | undefined): Promise<void> | void
  rolledBack(): Promise<void> | void
  /** The connection was lost during COMMIT: it may or may not have happened. */
  outcomeUnknown(writes: Writes): Promise<void> | void
  schemaChanged(module: string): Promise<void> | void
  /**
   * Every plugin is set up and was told of all that exists; no module is used yet. An error fails
   * `initialize()`.
   */
  ready(): Promise<void> | void
}

export interface ModuleRef {
  readonly name: string
  /** `module_<name>`. */
  readonly schema: string
}

export interface TableRef {
  readonly module: string
  readonly table: string
}

export interface PluginModules {
  list(): Promise<readonly ModuleRef[]>
  /** Makes a module, or completes it. Repeatable. */
  create(name: string): Promise<ModuleRef>
  /**
   * The settings that make a session of the administrator work as the module's owner, who sees
   * every tenant: role, search_path and a context that is good for 24 hours on that session alone.
   *
   * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
   */
  ownerSettings(name: string, session: Kysely<unknown>): Promise<readonly LocalSetting[]>
}

export type ComponentStatus = 'healthy' | 'degraded' | 'unhealthy' | 'disabled'

export interface ComponentHealth {
  readonly status: ComponentStatus
  readonly latencyMs?: number
  readonly message?: string
}

export type HealthProbe = (signal: AbortSignal) => Promise<ComponentHealth>

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type Log = (
  level: LogLevel,
  message: string,
  data?: Readonly<Record<string, unknown>>,
) => void
