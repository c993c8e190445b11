import { PlataformaError } from '../error/plataforma-error.js'
import { suggestion } from '../query/suggestion.js'
import { CATALOG_QUERY } from './catalog-query.js'
import type { ColumnInfo, TableInfo } from './table-info.js'

/** Runs one query and gives its rows. */
export type CatalogReader = (
  sql: string,
  parameters: readonly unknown[],
) => Promise<readonly object[]>

/** A table by its schema and name. */
export interface TableAddress {
  readonly schema: string
  readonly name: string
}

interface CatalogRow {
  readonly name: string
  readonly columns: readonly ColumnInfo[] | null
  readonly uniqueKeys: readonly { primary: boolean; columns: readonly string[] }[] | null
  readonly tenantColumn: string | null
}

type Tables = Map<string, TableInfo>

/**
 * The tables of modules as `pg_catalog` has them: a schema is read with one query when it is first
 * asked for and kept until it is forgotten; a table that is not there is looked for once more.
 */
export class TableCatalog {
  readonly #schemas = new Map<string, Tables>()
  readonly #loading = new Map<string, Promise<Tables>>()

  /**
   * @param read asks the server where memory does not do
   * @throws PlataformaError `PLT_TABLE_NOT_FOUND`
   */
  async table(
    address: TableAddress,
    read: CatalogReader,
    { refresh = false }: { readonly refresh?: boolean } = {},
  ): Promise<TableInfo> {
    const { schema, name } = address
    const known = refresh ? undefined : this.known(address)
    if (known !== undefined) return known
    const isLoaded = this.#schemas.has(schema)
    const tables = isLoaded ? await this.#reread(address, read) : await this.load(schema, read)
    const table = tables.get(name)
    if (table !== undefined) return table
    throw new PlataformaError(
      'PLT_TABLE_NOT_FOUND',
      `Schema "${schema}" has no table "${name}".${suggestion(name, tables.keys())}`,
      { remedy: 'Create the table, or correct its name.', table: name },
    )
  }

  /** The table if it is in memory. */
  known({ schema, name }: TableAddress): TableInfo | undefined {
    return this.#schemas.get(schema)?.get(name)
  }

  /** Reads a schema; calls at the same time share one query. */
  load(schema: string, read: CatalogReader): Promise<ReadonlyMap<string, TableInfo>> {
    const running = this.#loading.get(schema)
    if (running !== undefined) return running
    const loading = readTables(schema, null, read)
    this.#loading.set(schema, loading)
    return this.#kept(schema, loading)
  }

  /** Forgets a schema, or one table of it. */
  forget(schema: string, name?: string): void {
    if (name !== undefined) {
      this.#schemas.get(schema)?.delete(name)
      return
    }
    this.#schemas.delete(schema)
    this.#loading.delete(schema)
  }

  async #kept(schema: string, loading: Promise<Tables>): Promise<Tables> {
    try {
      const tables = await loading
      // Forgotten meanwhile: what was read may be older than the change.
      if (this.#loading.get(schema) === loading) this.#schemas.set(schema, tables)
      return tables
    } finally {
      if (this.#loading.get(schema) === loading) this.#loading.delete(schema)
    }
  }

  async #reread({ schema, name }: TableAddress, read: CatalogReader): Promise<Tables> {
    const found = await readTables(schema, [name], read)
    const tables = this.#schemas.get(schema) ?? new Map()
    const table = found.get(name)
    if (table === undefined) tables.delete(name)
    else tables.set(name, table)
    return tables
  }
}

/** What the catalog says of a schema's tables, or of some of them. */
export async function readTables(
  schema: string,
  names: readonly string[] | null,
  read: CatalogReader,
): Promise<Map<string, TableInfo>> {
  const rows = (await read(CATALOG_QUERY, [schema, names])) as readonly CatalogRow[]
  return new Map(rows.map((row) => [row.name, tableInfo(schema, row)]))
}

function tableInfo(schema: string, row: CatalogRow): TableInfo {
  const keys = row.uniqueKeys ?? []
  return {
    schema,
    name: row.name,
    columns: new Map((row.columns ?? []).map((column) => [column.name, column])),
    primaryKey: keys.find((key) => key.primary)?.columns ?? [],
    uniqueKeys: keys.map((key) => key.columns),
    tenantColumn: row.tenantColumn ?? undefined,
  }
}
