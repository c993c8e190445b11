import { CompiledQuery } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { featureIsOn } from '../plugin/feature.js'
import { deleteStatement, updateStatement } from '../query/change-statement.js'
import type { Filter } from '../query/filter.js'
import type { InputRow } from '../query/insert-rows.js'
import { insertStatement, type WriteStatement } from '../query/insert-statement.js'
import type { QueryTable } from '../query/query-table.js'
import type {
  ColumnName,
  InsertRow,
  NamedBy,
  RowOf,
  SelectRow,
  TableArgument,
  TableName,
  UnknownTables,
  UpdateValues,
} from '../query/row-types.js'
import type { CallOptions, Page, SelectOptions, StreamOptions } from '../query/select-options.js'
import { countStatement, pageStatement, selectStatement } from '../query/select-statement.js'
import { upsertStatement } from '../query/upsert-statement.js'
import type {
  AffectedRows,
  InsertOptions,
  UpsertOptions,
  WriteOptions,
  WriteResult,
} from '../query/write-options.js'
import { assertChunkSize, assertOptions, callOptions } from './call-options.js'
import type { ExecuteOptions, ModuleExecutor } from './module-executor.js'
import { QueryBuilder } from './query-builder.js'
import { StatementRunner } from './statement-runner.js'

type Row = Record<string, unknown>
type AnySelect = SelectOptions<Row, string>
type AnyWrite = CallOptions & { readonly returning?: readonly string[] | boolean }

/** The returned rows of an insert or upsert, or their number for `returning: false`. */
type Inserted<Row, Options> = Options extends { readonly returning: infer Returning }
  ? WriteResult<SelectRow<Row>, Returning>
  : SelectRow<Row>[]

/** The columns of a row that were asked for. */
type Columns<Row, Column> = Pick<Row, Column & keyof Row>

/** What an update or delete gives for its options. */
type Changed<Row, Options> = Options extends { readonly returning: infer Returning }
  ? WriteResult<SelectRow<Row>, Returning>
  : AffectedRows

/**
 * Reads and writes of a module's tables. Row types come from `Tables` by the table's name, or from
 * a type given by hand: `insert<Cliente>('clientes', rows)`.
 *
 * Every method takes the context where it is called, not where its promise is awaited.
 */
export class TableVerbs<Tables = UnknownTables> {
  readonly #runner: StatementRunner

  constructor(executor: ModuleExecutor) {
    this.#runner = new StatementRunner(executor)
  }

  /**
   * Inserts any number of rows in one atomic statement and gives them back in their order.
   * @throws PlataformaError `PLT_VALUE_INVALID`, `PLT_COLUMN_UNKNOWN`, `PLT_TENANT_MISMATCH`,
   * `PLT_UNIQUE_VIOLATION`, `PLT_NOT_NULL_VIOLATION`, …
   *
   * @example
   * const [cliente] = await vendas.insert('clientes', [{ nome: 'João Silva' }])
   */
  insert<R extends object = never>(
    table: NamedBy<R>,
    rows: readonly InsertRow<NoInfer<R>>[],
    options: InsertOptions<ColumnName<NoInfer<R>>> & { readonly returning: false },
  ): Promise<AffectedRows>
  insert<
    N extends TableName<Tables> | object,
    const O extends InsertOptions<ColumnName<RowOf<Tables, N>>> = Record<never, never>,
  >(
    table: TableArgument<Tables, N>,
    rows: NoInfer<readonly InsertRow<RowOf<Tables, N>>[]>,
    options?: O,
  ): Promise<Inserted<RowOf<Tables, N>, O>>
  async insert(
    table: string,
    rows: readonly InputRow[],
    options: AnyWrite = {},
  ): Promise<Row[] | AffectedRows> {
    assertOptions(options)
    const returning = options.returning ?? true
    const tenantId = this.#runner.executor.tenantId()
    return this.#write(table, options, {
      rows,
      returning,
      make: (target) => insertStatement(target, { rows, returning, tenantId }),
    })
  }

  /**
   * Inserts rows, or updates those that have the key already (`conflict`), in one statement.
   * @throws PlataformaError `PLT_OPTION_INVALID` where the table has no such key
   *
   * @example
   * await vendas.upsert('clientes', [{ email, nome }], { conflict: ['email'] })
   */
  upsert<R extends object = never>(
    table: NamedBy<R>,
    rows: readonly InsertRow<NoInfer<R>>[],
    options: UpsertOptions<NoInfer<R>> & { readonly returning: false },
  ): Promise<AffectedRows>
  upsert<
    N extends TableName<Tables> | object,
    const O extends UpsertOptions<RowOf<Tables, N>> = UpsertOptions<RowOf<Tables, N>>,
  >(
    table: TableArgument<Tables, N>,
    rows: NoInfer<readonly InsertRow<RowOf<Tables, N>>[]>,
    options: O,
  ): Promise<Inserted<RowOf<Tables, N>, O>>
  async upsert(
    table: string,
    rows: readonly InputRow[],
    options: AnyWrite & { readonly conflict?: unknown; readonly update?: unknown } = {},
  ): Promise<Row[] | AffectedRows> {
    assertOptions(options)
    const returning = options.returning ?? true
    const tenantId = this.#runner.executor.tenantId()
    const { conflict, update } = options
    return this.#write(table, options, {
      rows,
      returning,
      make: (target) => upsertStatement(target, { rows, returning, tenantId, conflict, update }),
    })
  }

  /**
   * The rows that the filter matches.
   * @throws PlataformaError `PLT_FILTER_INVALID`, `PLT_UNDEFINED_FILTER`, `PLT_COLUMN_UNKNOWN`,
   * `PLT_VALUE_INVALID`, `PLT_CURSOR_INVALID`
   *
   * @example
   * const rows = await vendas.select('clientes', {
   *   where: { nome: { $ilike: '%silva%' } },
   *   orderBy: [{ column: 'nome' }],
   *   limit: 10,
   * })
   */
  select<
    N extends TableName<Tables> | object,
    const C extends ColumnName<RowOf<Tables, N>> = ColumnName<RowOf<Tables, N>>,
  >(
    table: TableArgument<Tables, N>,
    options?: SelectOptions<RowOf<Tables, N>, C>,
  ): Promise<Columns<SelectRow<RowOf<Tables, N>>, C>[]>
  async select(table: string, options: AnySelect = {}): Promise<Row[]> {
    return this.#runner.select(table, options, this.#readCall(table, options))
  }

  /**
   * One page in a stable order (`orderBy`, then the primary key) and the cursor of the next.
   *
   * @example
   * const first = await vendas.page('clientes', { orderBy: [{ column: 'nome' }], limit: 50 })
   * const second = await vendas.page('clientes', {
   *   orderBy: [{ column: 'nome' }],
   *   limit: 50,
   *   after: first.next ?? undefined,
   * })
   */
  page<
    N extends TableName<Tables> | object,
    const C extends ColumnName<RowOf<Tables, N>> = ColumnName<RowOf<Tables, N>>,
  >(
    table: TableArgument<Tables, N>,
    options: SelectOptions<RowOf<Tables, N>, C> & { readonly limit: number },
  ): Promise<Page<Columns<SelectRow<RowOf<Tables, N>>, C>>>
  async page(table: string, options: AnySelect & { readonly limit: number }): Promise<Page<Row>> {
    const call = this.#readCall(table, options)
    const make = (target: QueryTable) => pageStatement(target, options)
    const { statement, result } = await this.#runner.run(table, make, call)
    return statement.read(result.rows)
  }

  /** How many rows the filter matches. */
  count<N extends TableName<Tables> | object>(
    table: TableArgument<Tables, N>,
    options?: CallOptions & { readonly where?: Filter<RowOf<Tables, N>> },
  ): Promise<number>
  async count(
    table: string,
    options: CallOptions & { readonly where?: unknown } = {},
  ): Promise<number> {
    const make = (target: QueryTable) => ({ node: countStatement(target, options.where) })
    const { result } = await this.#runner.run(table, make, callOptions(options))
    return Number(result.rows[0]?.count)
  }

  /** Rows as they arrive from a cursor on the server; ending the loop early closes it. */
  stream<
    N extends TableName<Tables> | object,
    const C extends ColumnName<RowOf<Tables, N>> = ColumnName<RowOf<Tables, N>>,
  >(
    table: TableArgument<Tables, N>,
    options?: StreamOptions<RowOf<Tables, N>, C>,
  ): AsyncIterableIterator<Columns<SelectRow<RowOf<Tables, N>>, C>>
  stream(table: string, options: StreamOptions<Row, string> = {}): AsyncIterableIterator<Row> {
    const make = (target: QueryTable) => ({ node: selectStatement(target, options) })
    const call = callOptions(options)
    const { chunkSize } = options
    assertChunkSize(chunkSize)
    return this.#runner.stream(table, make, { ...call, chunkSize })
  }

  /**
   * Gives the rows of `where` new values.
   * @throws PlataformaError `PLT_WHERE_REQUIRED` without a `where` that asks something
   *
   * @example
   * await vendas.update('clientes', { email: null }, { where: { id } })
   */
  update<R extends object = never, C extends ColumnName<R> = ColumnName<R>>(
    table: NamedBy<R>,
    values: UpdateValues<NoInfer<R>>,
    options: WriteOptions<NoInfer<R>, C> & { readonly returning: readonly C[] | true },
  ): Promise<Columns<SelectRow<R>, C>[]>
  update<
    N extends TableName<Tables> | object,
    const O extends WriteOptions<RowOf<Tables, N>> = WriteOptions<RowOf<Tables, N>>,
  >(
    table: TableArgument<Tables, N>,
    values: NoInfer<UpdateValues<RowOf<Tables, N>>>,
    options: O,
  ): Promise<Changed<RowOf<Tables, N>, O>>
  async update(
    table: string,
    values: unknown,
    options: AnyWrite = {},
  ): Promise<Row[] | AffectedRows> {
    return this.#change(table, callOptions(options), {
      rows: [values as InputRow],
      make: (target) => updateStatement(target, values, options),
    })
  }

  /**
   * Deletes the rows of `where`.
   * @throws PlataformaError `PLT_WHERE_REQUIRED` without a `where` that asks something
   *
   * @example
   * const { affectedRows } = await vendas.delete('clientes', { where: { id } })
   */
  delete<R extends object = never, C extends ColumnName<R> = ColumnName<R>>(
    table: NamedBy<R>,
    options: WriteOptions<NoInfer<R>, C> & { readonly returning: readonly C[] | true },
  ): Promise<Columns<SelectRow<R>, C>[]>
  delete<
    N extends TableName<Tables> | object,
    const O extends WriteOptions<RowOf<Tables, N>> = WriteOptions<RowOf<Tables, N>>,
  >(table: TableArgument<Tables, N>, options: O): Promise<Changed<RowOf<Tables, N>, O>>
  async delete(table: string, options: AnyWrite = {}): Promise<Row[] | AffectedRows> {
    const make = (target: QueryTable) => deleteStatement(target, options)
    return this.#change(table, callOptions(options), { rows: [], make })
  }

  /** A select put together step by step; each step gives a new builder. */
  from<N extends TableName<Tables> | object>(
    table: TableArgument<Tables, N>,
  ): QueryBuilder<RowOf<Tables, N>, Tables, N extends keyof Tables ? N : keyof Tables>
  from(table: string): unknown {
    return QueryBuilder.from(this.#runner, table)
  }

  /**
   * The rows of one SQL statement; unqualified names are the module's.
   *
   * @example
   * const rows = await vendas.query<{ total: string }>('select sum(valor) as total from pedidos')
   */
  async query<R extends object = Row>(
    sql: string,
    parameters: readonly unknown[] = [],
    options: CallOptions = {},
  ): Promise<R[]> {
    const call = callOptions(options)
    assertStatement(sql, parameters)
    const query = CompiledQuery.raw(sql, [...parameters]) as CompiledQuery<R>
    return (await this.#runner.executor.execute(query, call)).rows
  }

  async #write(
    table: string,
    options: CallOptions,
    { rows, returning, make }: WriteParts,
  ): Promise<Row[] | AffectedRows> {
    if (!Array.isArray(rows)) throw noRows(table)
    if (rows.length === 0) return returning === false ? { affectedRows: 0 } : []
    return this.#change(table, callOptions(options), { rows, make })
  }

  async #change(
    table: string,
    options: ExecuteOptions,
    { rows, make }: Omit<WriteParts, 'returning'>,
  ): Promise<Row[] | AffectedRows> {
    const { statement, result } = await this.#runner.run(table, make, { ...options, written: rows })
    return statement.read(result)
  }

  #readCall(table: string, options: AnySelect): ExecuteOptions {
    const call = callOptions(options)
    if (options.cache !== true) return call
    const subject = `a select from "${table}"`
    const on = featureIsOn(this.#runner.executor.features, 'cache', { option: 'cache', subject })
    return on ? { ...call, cache: true, cacheTTL: options.cacheTTL } : call
  }
}

interface WriteParts {
  readonly rows: readonly InputRow[]
  readonly returning: readonly string[] | boolean
  readonly make: (table: QueryTable) => WriteStatement
}

function noRows(table: string): PlataformaError {
  return new PlataformaError('PLT_OPTION_INVALID', `The rows for "${table}" are no list.`, {
    remedy: 'Give a list of rows, also for one row.',
    table,
  })
}

/** A text in place of the list would be taken apart into its characters. */
function assertStatement(sql: unknown, parameters: unknown): void {
  if (typeof sql === 'string' && Array.isArray(parameters)) return
  throw new PlataformaError('PLT_STATEMENT_INVALID', 'A query is a text and a list of values.', {
    remedy: "Write query('select … where id = $1', [id]).",
  })
}
