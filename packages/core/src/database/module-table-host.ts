import type { ModuleIsolationManager } from '../isolation/module-isolation-manager.js'
import type { TableMaking } from '../isolation/policies/ensure-new-table.js'
import type { EnsuredTable } from '../isolation/policies/table-registry.js'
import type { Features } from '../plugin/feature.js'
import type { MomentListeners } from '../plugin/moment-listeners.js'
import { newTable } from '../table/new-table.js'
import type { CatalogReader } from '../table/read-tables.js'
import type { TableCatalog } from '../table/table-catalog.js'
import type { TableDefinition } from '../table/table-definition.js'
import type { OwnerTransaction, TableHost } from '../table/table-host.js'
import type { TableInfo } from '../table/table-info.js'

export interface ModuleTableHostParts {
  readonly module: string
  readonly schema: string
  readonly features: Features
  readonly tenantColumn: string
  readonly isolation: () => ModuleIsolationManager
  readonly listeners: MomentListeners
  readonly catalog: TableCatalog
  readonly readCatalog: CatalogReader
  readonly schemaChanged: (table: string | undefined) => Promise<void>
}

/** What creating tables of one module stands on: its owner, its policies, and the plugins. */
export class ModuleTableHost implements TableHost {
  readonly module: string
  readonly schema: string
  readonly features: Features
  readonly tenantColumn: string
  readonly #parts: ModuleTableHostParts

  constructor(parts: ModuleTableHostParts) {
    this.module = parts.module
    this.schema = parts.schema
    this.features = parts.features
    this.tenantColumn = parts.tenantColumn
    this.#parts = parts
  }

  asOwner<T>(run: (trx: OwnerTransaction) => Promise<T>): Promise<T> {
    return this.#parts.isolation().asOwner(this.module, run, { secure: false, tell: false })
  }

  tableDefined(definition: TableDefinition): TableDefinition {
    return this.#parts.listeners.tableDefined(definition)
  }

  async ensureTable(
    definition: TableDefinition,
    trx: OwnerTransaction,
    { created, statements }: { readonly created: boolean; readonly statements: readonly string[] },
  ): Promise<void> {
    const isolation = this.#parts.isolation()
    const making = this.#making(definition, statements)
    if (making === undefined) await isolation.ensureTable(this.#wanted(definition), trx)
    else if (created) await isolation.ensureNewTable(making, trx)
    else await isolation.ensureEqualTable(making, trx)
    await this.#parts.listeners.ensureTable({ module: this.module, table: definition.name }, trx)
  }

  async stands(definition: TableDefinition, statements: readonly string[]): Promise<boolean> {
    const making = this.#making(definition, statements)
    return making !== undefined && (await this.#parts.isolation().stands(making))
  }

  async tableStood(info: TableInfo): Promise<void> {
    const { listeners, catalog } = this.#parts
    const table = { module: this.module, table: info.name }
    if (listeners.ensuresTables) await this.asOwner((trx) => listeners.ensureTable(table, trx))
    // A schema is read as a whole the first time.
    if (!catalog.learn(info)) await this.findTable(info.name)
  }

  async tableChanged(name: string, { others = false } = {}): Promise<void> {
    await this.#parts.schemaChanged(others ? undefined : name)
    // Builders that hand over to Kysely cannot wait for the catalog; an error is the next call's.
    await this.findTable(name).catch(() => undefined)
  }

  get readCatalog(): CatalogReader {
    return this.#parts.readCatalog
  }

  findTable(name: string): Promise<TableInfo | undefined> {
    return this.#parts.catalog.find({ schema: this.schema, name }, this.#parts.readCatalog)
  }

  /** `undefined` where only the catalog can tell what the table is like. */
  #making(definition: TableDefinition, statements: readonly string[]): TableMaking | undefined {
    const made = newTable(definition)
    return made && { wanted: this.#wanted(definition), made, statements }
  }

  #wanted(definition: TableDefinition): EnsuredTable {
    const { name: table, tenantColumn, audit, partitioning } = definition
    const wishes = { audit, partitioning: partitioning ?? null }
    return { module: this.module, table, tenantColumn, definition, wishes }
  }
}
