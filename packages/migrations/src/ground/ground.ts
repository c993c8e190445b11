import type { Finding, KeyAcrossTenants, LocalSetting, Log, OpenParent } from '@plataforma/core'
import type { Kysely } from 'kysely'
import type { ChangedColumn } from '../script/changed-columns.js'

/** What migrations stand on: a plain PostgreSQL, or a system of isolated modules. */
export interface Ground {
  /** The administrator's handle; a held connection of it is one session. */
  readonly db: Kysely<unknown>
  /** Whether a pooler is known to give each transaction another session; asked once. */
  isPooled(): Promise<boolean>
  /** The column that new tables are protected by; `undefined` where nothing protects them. */
  readonly tenantColumn: string | undefined
  readonly log: Log
  /** Whether a module is its owner and the schema of that, which are there before its migrations. */
  readonly isIsolated: boolean
  schemaOf(module: string): string
  /** Modules that it knows of, with migrations or without. */
  modules(): Promise<readonly string[]>
  /**
   * Makes the module's schema, and whatever else a module is; on the session where one is given and
   * the schema is all. Repeatable.
   */
  ensureModule(module: string, session?: Kysely<unknown>): Promise<void>
  /** What a session is set to while it runs migrations of the module. */
  settingsFor(module: string, session: Kysely<unknown>): Promise<readonly LocalSetting[]>
  /** Protects a table inside the transaction that made it; a `rls: false` one is only written down. */
  ensureTable(
    table: { readonly module: string; readonly table: string; readonly rls: boolean },
    session: Kysely<unknown>,
  ): Promise<void>
  /** What the owner runs before a column is dropped, renamed or given another type. */
  releaseStatement(change: ChangedColumn): string | undefined
  /** Takes a table that lost its tenant column out of protection, inside the transaction. */
  releaseTable(
    table: { readonly module: string; readonly table: string },
    session: Kysely<unknown>,
  ): Promise<void>
  /** Keys of protected tables that do not include the tenant, on a session of the administrator. */
  keysAcrossTenants(
    modules: readonly string[],
    session: Kysely<unknown>,
  ): Promise<readonly KeyAcrossTenants[]>
  /** Tables from which protected ones inherit, and that do not protect their rows. */
  openParents(modules: readonly string[], session: Kysely<unknown>): Promise<readonly OpenParent[]>
  /** After a module's migrations: protects what else is new and tells everybody of the change. */
  moduleChanged(module: string): Promise<readonly Finding[]>
  /** Closes what it has opened itself. */
  close(): Promise<void>
}
