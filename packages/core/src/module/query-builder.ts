import {
  type AliasedExpression,
  ExpressionWrapper,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { allOf } from '../query/condition.js'
import type { Filter } from '../query/filter.js'
import { filterCondition } from '../query/filter-condition.js'
import { nodes } from '../query/nodes.js'
import { orderItems } from '../query/ordering.js'
import { QueryTable } from '../query/query-table.js'
import type { ColumnName, SelectRow, UnknownTables } from '../query/row-types.js'
import type { CallOptions, OrderBy } from '../query/select-options.js'
import { callOptions } from './call-options.js'
import type { StatementRunner } from './statement-runner.js'

interface BuilderState {
  readonly filters: readonly unknown[]
  readonly orderBy: readonly OrderBy<string>[]
  readonly limit?: number
  readonly offset?: number
  readonly columns?: readonly string[]
}

/**
 * A select put together step by step. Every step gives a new builder, so a common beginning can be
 * kept and continued in several ways.
 *
 * @example
 * const ativos = vendas.from('clientes').where({ ativo: true })
 * const rows = await ativos.orderBy('nome').limit(10).execute()
 */
export class QueryBuilder<
  Row,
  Tables = UnknownTables,
  Name extends keyof Tables = keyof Tables,
  Column extends ColumnName<Row> = ColumnName<Row>,
> {
  readonly #runner: StatementRunner
  readonly #table: string
  readonly #state: BuilderState

  private constructor(runner: StatementRunner, table: string, state: BuilderState) {
    this.#runner = runner
    this.#table = table
    this.#state = state
  }

  /** @internal */
  static from(runner: StatementRunner, table: string): QueryBuilder<never> {
    return new QueryBuilder(runner, table, { filters: [], orderBy: [] })
  }

  /** Rows that match this filter and those of `where` before. */
  where(filter: Filter<Row>): QueryBuilder<Row, Tables, Name, Column> {
    return this.#with({ filters: [...this.#state.filters, filter] })
  }

  /** Orders by this column behind those of `orderBy` before. */
  orderBy(
    column: ColumnName<Row>,
    direction?: OrderBy<string>['direction'],
    nulls?: OrderBy<string>['nulls'],
  ): QueryBuilder<Row, Tables, Name, Column> {
    return this.#with({ orderBy: [...this.#state.orderBy, { column, direction, nulls }] })
  }

  limit(limit: number): QueryBuilder<Row, Tables, Name, Column> {
    return this.#with({ limit })
  }

  offset(offset: number): QueryBuilder<Row, Tables, Name, Column> {
    return this.#with({ offset })
  }

  /** Only these columns, in place of all or of those named before. */
  columns<const C extends ColumnName<Row>>(
    columns: readonly C[],
  ): QueryBuilder<Row, Tables, Name, C> {
    return new QueryBuilder(this.#runner, this.#table, { ...this.#state, columns })
  }

  /** @throws PlataformaError as `select` does */
  async execute(
    options: CallOptions = {},
  ): Promise<Pick<SelectRow<Row>, Column & keyof SelectRow<Row>>[]> {
    const { filters, ...state } = this.#state
    const request = { ...state, where: { $and: filters } }
    const rows = await this.#runner.select(this.#table, request, callOptions(options))
    return rows as Pick<SelectRow<Row>, Column & keyof SelectRow<Row>>[]
  }

  /**
   * The same select as Kysely's builder, to go on with joins, groups or whatever else it has.
   * @throws PlataformaError `PLT_TABLE_NOT_FOUND` for a table that this process has not seen yet
   */
  toKysely(): SelectQueryBuilder<
    Tables,
    Name,
    Pick<SelectRow<Row>, Column & keyof SelectRow<Row>>
  > {
    const { filters, orderBy, limit, offset, columns } = this.#state
    const table = this.#knownTable()
    const condition = allOf(filters.map((filter) => filterCondition(table, filter)))
    let query = this.#runner.executor.db.selectFrom(this.#table)
    query =
      columns === undefined
        ? query.selectAll(this.#table)
        : query.select(columns.map((name) => selected(table, name)))
    if (condition !== true) {
      query = query.where(new ExpressionWrapper<unknown, never, SqlBool>(condition || nodes.never))
    }
    for (const { column, descending, nullsFirst } of orderItems(table, orderBy)) {
      query = query.orderBy(new ExpressionWrapper(table.reference(column)), (item) => {
        const directed = descending ? item.desc() : item.asc()
        if (nullsFirst === descending) return directed
        return nullsFirst ? directed.nullsFirst() : directed.nullsLast()
      })
    }
    if (limit !== undefined) query = query.limit(limit)
    if (offset !== undefined) query = query.offset(offset)
    return query as unknown as ReturnType<typeof this.toKysely>
  }

  #knownTable(): QueryTable {
    const info = this.#runner.executor.knownTable(this.#table)
    if (info !== undefined) return new QueryTable(info, { qualified: true })
    throw new PlataformaError(
      'PLT_TABLE_NOT_FOUND',
      `Table "${this.#table}" of module "${this.#runner.executor.module}" is not known yet.`,
      {
        remedy: 'Await `createTable` or `hasTable` first, which read the catalog.',
        module: this.#runner.executor.module,
        table: this.#table,
      },
    )
  }

  #with(change: Partial<BuilderState>): QueryBuilder<Row, Tables, Name, Column> {
    return new QueryBuilder(this.#runner, this.#table, { ...this.#state, ...change })
  }
}

/** As an expression: a name in text would be taken apart at dots and `as`. */
function selected(table: QueryTable, name: string): AliasedExpression<unknown, string> {
  const column = table.column(name)
  return new ExpressionWrapper<unknown, never, unknown>(table.reference(column)).as(column.name)
}
