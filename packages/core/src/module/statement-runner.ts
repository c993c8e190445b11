import { AsyncLocalStorage } from 'node:async_hooks'
import { type CompiledQuery, createQueryId, type QueryResult, type RootOperationNode } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { withData } from '../error/with-data.js'
import type { InputRow } from '../query/insert-rows.js'
import { QueryTable } from '../query/query-table.js'
import { selectShape } from '../query/select-shape.js'
import { type ReadRequest, selectStatement } from '../query/select-statement.js'
import type { TableInfo } from '../table/table-info.js'
import { blamedColumn } from './blamed-column.js'
import type { ExecuteOptions, ModuleExecutor } from './module-executor.js'
import { RememberedQuery } from './remembered-query.js'

type Row = Record<string, unknown>

/** What a verb makes of a table: a statement, and how to read it beside. */
interface Statement {
  readonly node: RootOperationNode
}

interface RunOptions extends ExecuteOptions {
  /** The values that are written, where an error has to be told from them. */
  readonly written?: readonly InputRow[]
}

/** A verb's way: the table from the catalog, its statement compiled, sent, and its result. */
export class StatementRunner {
  readonly executor: ModuleExecutor

  constructor(executor: ModuleExecutor) {
    this.executor = executor
  }

  /** Makes the statement and sends it. */
  async run<S extends Statement>(
    name: string,
    make: (table: QueryTable) => S,
    { written, ...options }: RunOptions = {},
  ): Promise<{ readonly statement: S; readonly result: QueryResult<Row> }> {
    const statement = await this.#prepare(name, make)
    const query = this.compile<Row>(statement.node)
    try {
      return { statement, result: await this.#send(query, name, options) }
    } catch (error) {
      throw this.#blaming(error, name, written)
    }
  }

  /** The rows of a select, whose text is remembered by its shape. */
  async select(name: string, request: ReadRequest, options: ExecuteOptions): Promise<Row[]> {
    const query = await this.#prepare(name, (table) => this.#compileSelect(table, request))
    return (await this.#send(query, name, options)).rows
  }

  /** Rows as they arrive, in the context of this call and not of the first `next`. */
  stream<S extends Statement>(
    name: string,
    make: (table: QueryTable) => S,
    options: ExecuteOptions & { readonly chunkSize?: number } = {},
  ): AsyncIterableIterator<Row> {
    const inContext = AsyncLocalStorage.snapshot()
    const begin = async () => {
      const statement = await this.#prepare(name, make)
      const query = this.compile<Row>(statement.node)
      return inContext(() => this.executor.stream(query, { ...options, table: name }))
    }
    const rows = begin()
    // A stream that nobody reads reports no error either.
    rows.catch(() => undefined)
    return iterate(rows, (error) => this.#noticed(error))
  }

  /** The statement as the module's Kysely prints it. */
  compile<R>(node: RootOperationNode): CompiledQuery<R> {
    const executor = this.executor.db.getExecutor()
    const queryId = createQueryId()
    return executor.compileQuery(executor.transformQuery(node, queryId), queryId)
  }

  #compileSelect(table: QueryTable, request: ReadRequest): CompiledQuery<Row> {
    const shape = selectShape(table, request)
    const text = shape === undefined ? undefined : table.selects.get(shape.key)
    if (shape !== undefined && text !== undefined) {
      return new RememberedQuery(text, shape.values, () => selectStatement(table, request))
    }
    const query = this.compile<Row>(selectStatement(table, request))
    if (shape !== undefined && areSame(shape.values, query.parameters)) {
      table.selects.set(shape.key, query.sql)
    }
    return query
  }

  async #send(
    query: CompiledQuery<Row>,
    table: string,
    options: ExecuteOptions,
  ): Promise<QueryResult<Row>> {
    try {
      return await this.executor.execute(query, { ...options, table })
    } catch (error) {
      throw this.#noticed(error)
    }
  }

  #prepare<S>(name: string, make: (table: QueryTable) => S): S | Promise<S> {
    assertTableName(name)
    const known = this.executor.knownTable(name)
    if (known !== undefined) return this.#makeFor(known, make)
    return this.executor.table(name).then((table) => this.#makeFor(table, make))
  }

  /** A name that memory does not have may have come since: the catalog is asked once more. */
  #makeFor<S>(table: TableInfo, make: (table: QueryTable) => S): S | Promise<S> {
    try {
      return make(queryTable(table))
    } catch (error) {
      if (!mayBeOutOfDate(error, table)) throw error
      return this.executor
        .table(table.name, { refresh: true })
        .then((refreshed) => make(queryTable(refreshed)))
    }
  }

  /** A key that is still referenced is violated at the table that references it. */
  #blaming(error: unknown, name: string, written: RunOptions['written']): unknown {
    if (!(error instanceof PlataformaError) || error.column !== undefined) return error
    const table = this.executor.knownTable(error.table ?? name)
    return table === undefined ? error : withData(error, blamedColumn(error, table, written))
  }

  #noticed(error: unknown): unknown {
    if (error instanceof PlataformaError && OUT_OF_DATE.has(error.sqlState ?? '')) {
      this.executor.forgetTables()
    }
    return error
  }
}

/** Unknown table, column or function (an operator of the former type), and types that differ. */
const OUT_OF_DATE: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '42804'])

const queryTables = new WeakMap<TableInfo, QueryTable>()

/** The table as statements are written for it, made once. */
function queryTable(info: TableInfo): QueryTable {
  const known = queryTables.get(info)
  if (known !== undefined) return known
  const table = new QueryTable(info)
  queryTables.set(info, table)
  return table
}

function assertTableName(name: unknown): void {
  if (typeof name === 'string' && !name.includes('\0')) return
  throw new PlataformaError('PLT_IDENTIFIER_INVALID', 'The name of the table is no name.', {
    remedy: 'Give the name of a table of the module.',
  })
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((value, index) => value === others[index])
}

function mayBeOutOfDate(error: unknown, table: TableInfo): boolean {
  if (!(error instanceof PlataformaError)) return false
  if (error.code === 'PLT_COLUMN_UNKNOWN') return true
  const column = table.columns.get(error.column ?? '')
  return error.code === 'PLT_VALUE_INVALID' && column?.kind === 'enum'
}

async function* iterate<R>(
  rows: Promise<AsyncIterableIterator<R>>,
  noticed: (error: unknown) => unknown,
): AsyncGenerator<R> {
  try {
    yield* await rows
  } catch (error) {
    throw noticed(error)
  }
}
