import type { ModuleIsolationManager } from '../isolation/module-isolation-manager.js'
import type { Features } from '../module/feature.js'
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
    { created }: { readonly created: boolean },
  ): Promise<void> {
    const { module } = this
    const { name: table, tenantColumn, audit, partitioning } = definition
    const wishes = { audit, partitioning: partitioning ?? null }
    const wanted = { module, table, tenantColumn, definition, wishes }
    const isolation = this.#parts.isolation()
    const made = created ? newTable(definition) : undefined
    if (made === undefined) await isolation.ensureTable(wanted, trx)
    else await isolation.ensureNewTable(wanted, made, trx)
    await this.#parts.listeners.ensureTable({ module, table }, trx)
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
}
