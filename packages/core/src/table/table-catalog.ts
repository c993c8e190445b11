import { PlataformaError } from '../error/plataforma-error.js'
import { suggestion } from '../error/suggestion.js'
import { type CatalogReader, readTables } from './read-tables.js'
import type { TableInfo } from './table-info.js'

/** A table by its schema and name. */
export interface TableAddress {
  readonly schema: string
  readonly name: string
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
    const tables = await this.#read(address, read)
    const table = tables.get(name)
    if (table !== undefined) return table
    throw new PlataformaError(
      'PLT_TABLE_NOT_FOUND',
      `Schema "${schema}" has no table "${name}".${suggestion(name, tables.keys())}`,
      { remedy: 'Create the table, or correct its name.', table: name },
    )
  }

  /** The table as the server has it now, kept from then on; `undefined` where there is none. */
  async find(address: TableAddress, read: CatalogReader): Promise<TableInfo | undefined> {
    return (await this.#read(address, read)).get(address.name)
  }

  /** The table if it is in memory. */
  known({ schema, name }: TableAddress): TableInfo | undefined {
    return this.#schemas.get(schema)?.get(name)
  }

  /** Keeps what was read of a table; false where its schema was not read yet. */
  learn(table: TableInfo): boolean {
    const tables = this.#schemas.get(table.schema)
    tables?.set(table.name, table)
    return tables !== undefined
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
    if (name === undefined) this.#schemas.delete(schema)
    else this.#schemas.get(schema)?.delete(name)
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

  #read(address: TableAddress, read: CatalogReader): Promise<ReadonlyMap<string, TableInfo>> {
    const { schema } = address
    return this.#schemas.has(schema) ? this.#reread(address, read) : this.load(schema, read)
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
