import type { Kysely } from 'kysely'
import type { UnknownTables } from '../query/row-types.js'
import type { ColumnDefinition } from '../table/column-definition.js'
import { ModuleTables } from '../table/module-tables.js'
import type { TableOptions } from '../table/table-options.js'
import type { TransactionOptions } from '../transaction/transaction-options.js'
import type { ModuleHost } from './module-host.js'
import type { ModuleTransaction } from './module-transaction.js'
import { TableVerbs } from './table-verbs.js'
import { UnifiedDatabase } from './unified-database.js'

/**
 * One module of the platform: its tables, reads and writes.
 *
 * @example
 * const vendas = await system.createModule('vendas')
 * await vendas.createTable('clientes', [
 *   { name: 'id', type: 'UUID', primaryKey: true },
 *   { name: 'organization_id', type: 'UUID', nullable: false },
 *   { name: 'nome', type: 'VARCHAR(255)', nullable: false },
 * ])
 * await vendas.insert('clientes', [{ nome: 'João Silva' }])
 */
export class ModuleDatabase<Tables = UnknownTables> extends TableVerbs<Tables> {
  readonly name: string
  /** Its schema in PostgreSQL. */
  readonly schema: string
  /** The same verbs, with transactions and `cacheQuery`. */
  readonly database: UnifiedDatabase<Tables>
  readonly #host: ModuleHost
  readonly #tables: ModuleTables

  constructor(host: ModuleHost) {
    super(host.executor)
    this.name = host.executor.module
    this.schema = host.executor.schema
    this.database = new UnifiedDatabase<Tables>(host)
    this.#host = host
    this.#tables = new ModuleTables(host.tables)
  }

  /** Kysely on the module's schema and role; it throws what `pg` throws. */
  get db(): Kysely<Tables> {
    return this.#host.executor.db
  }

  /**
   * Creates a table, or does nothing where an equal one exists.
   * @throws PlataformaError `PLT_TABLE_DIFFERS` with the differences, `PLT_TYPE_INVALID`,
   * `PLT_IDENTIFIER_INVALID`, `PLT_TENANT_COLUMN_MISSING`, `PLT_PLUGIN_REQUIRED`
   *
   * @example
   * await vendas.createTable(
   *   'pedidos',
   *   [
   *     { name: 'id', type: 'UUID', primaryKey: true },
   *     { name: 'organization_id', type: 'UUID', nullable: false },
   *     { name: 'cliente_id', type: 'UUID', references: { table: 'clientes' } },
   *     { name: 'valor_total', type: 'NUMERIC(12,2)', nullable: false, check: 'valor_total >= 0' },
   *     { name: 'created_at', type: 'TIMESTAMPTZ', default: sql`now()` },
   *   ],
   *   { indexes: [{ columns: ['created_at'] }] },
   * )
   */
  async createTable(
    name: string,
    columns: readonly ColumnDefinition[],
    options: TableOptions = {},
  ): Promise<void> {
    await this.#tables.create(name, columns, options)
  }

  /** Whether the module has a table or view of this name. */
  async hasTable(name: string): Promise<boolean> {
    return await this.#tables.has(name)
  }

  /**
   * Drops a table with its rows.
   * @throws PlataformaError `PLT_TABLE_NOT_FOUND` unless `ifExists`
   */
  async dropTable(
    name: string,
    options: { readonly ifExists?: boolean; readonly cascade?: boolean } = {},
  ): Promise<void> {
    await this.#tables.drop(name, options)
  }

  /** See `UnifiedDatabase.transaction`. */
  transaction<T>(
    run: (tx: ModuleTransaction<Tables>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    return this.database.transaction(run, options)
  }
}
