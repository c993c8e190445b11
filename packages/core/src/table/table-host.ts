import type { Kysely } from 'kysely'
import type { Features } from '../plugin/feature.js'
import type { CatalogReader } from './read-tables.js'
import type { TableDefinition } from './table-definition.js'
import type { TableInfo } from './table-info.js'

/** Kysely in a transaction of the module's owner, whose tables it does not know. */
// biome-ignore lint/suspicious/noExplicitAny: statements on it are raw SQL
export type OwnerTransaction = Kysely<any>

/** What creating and dropping tables of a module stands on. */
export interface TableHost {
  readonly module: string
  readonly schema: string
  readonly features: Features
  /** The system's tenant column; `organization_id` where `undefined`. */
  readonly tenantColumn: string | undefined
  /** One transaction as the module's owner, with its schema as search_path. */
  asOwner<T>(run: (trx: OwnerTransaction) => Promise<T>): Promise<T>
  /** Lets plugins add to a definition before its table is made. */
  tableDefined(definition: TableDefinition): TableDefinition | Promise<TableDefinition>
  /**
   * Policies, grants, triggers, partitions: whatever the system adds to a table. Idempotent;
   * `created` is false where an equal table stood there already; `statements` make it.
   */
  ensureTable(
    definition: TableDefinition,
    trx: OwnerTransaction,
    state: { readonly created: boolean; readonly statements: readonly string[] },
  ): Promise<void>
  /**
   * Whether the table is untouched since `ensureTable` was called with the same definition and
   * statements, so that there is nothing to compare and nothing to do.
   */
  stands(definition: TableDefinition, statements: readonly string[]): Promise<boolean>
  /** Called in place of `ensureTable` and `tableChanged` where the table stands. */
  tableStood(info: TableInfo): Promise<void>
  /** Called after the commit of a change; `others` where more than this table may have changed. */
  tableChanged(name: string, options?: { readonly others?: boolean }): Promise<void> | void
  /** What the catalog says now. */
  findTable(name: string): Promise<TableInfo | undefined>
  /** Asks the catalog outside every transaction. */
  readonly readCatalog: CatalogReader
}
