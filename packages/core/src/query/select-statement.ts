import {
  AggregateFunctionNode,
  LimitNode,
  OffsetNode,
  SelectionNode,
  SelectQueryNode,
  WhereNode,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { allOf, type Condition } from './condition.js'
import { decodeCursor, encodeCursor } from './cursor.js'
import { filterCondition } from './filter-condition.js'
import { keysetCondition } from './keyset-condition.js'
import { nodes } from './nodes.js'
import { type OrderItem, orderByNode, orderItems, totalOrder } from './ordering.js'
import type { QueryTable } from './query-table.js'
import type { Page } from './select-options.js'

/** The options of a read as they arrive, checked here and not by the compiler alone. */
export interface ReadRequest {
  readonly columns?: readonly string[]
  readonly where?: unknown
  readonly orderBy?: unknown
  readonly limit?: number
  readonly offset?: number
  readonly after?: string
}

type Row = Record<string, unknown>

/** SELECT as the options ask. @throws PlataformaError where they do not fit the table */
export function selectStatement(table: QueryTable, request: ReadRequest): SelectQueryNode {
  const items = orderItems(table, request.orderBy)
  const total = request.after === undefined ? items : totalOrder(table, items)
  return statement(table, request, { items: total, selections: selections(table, request.columns) })
}

/** A select for one page, and the page that its rows make. */
export interface PageStatement {
  readonly node: SelectQueryNode
  read(rows: readonly Row[]): Page<Row>
}

/** One row more than the limit tells whether there is a next page. */
export function pageStatement(
  table: QueryTable,
  request: ReadRequest & { readonly limit: number },
): PageStatement {
  const items = totalOrder(table, orderItems(table, request.orderBy))
  const places = items.map(({ column }, index) =>
    nodes.named(nodes.cast(nodes.reference(column.name), 'text'), placeName(index)),
  )
  const limit = wholeNumber(table, 'limit', request.limit)
  const node = statement(
    table,
    { ...request, limit: limit + 1 },
    { items, selections: [...selections(table, request.columns), ...places] },
  )
  return { node, read: (rows) => readPage(rows, items, limit) }
}

/** `select count(*)`, as `count`. */
export function countStatement(table: QueryTable, where: unknown): SelectQueryNode {
  const count = AggregateFunctionNode.create('count', [SelectionNode.createSelectAll()])
  return statement(table, { where }, { items: [], selections: [nodes.named(count, 'count')] })
}

/** The columns of `columns` or `returning`, all of them where it is left out. */
export function selections(
  table: QueryTable,
  columns: readonly string[] | undefined,
): SelectionNode[] {
  if (columns === undefined) return [SelectionNode.createSelectAll()]
  if (!Array.isArray(columns) || columns.length === 0) {
    throw new PlataformaError(
      'PLT_OPTION_INVALID',
      `The list of columns of table "${table.info.name}" is empty.`,
      { remedy: 'Name columns, or leave the option out for all.', table: table.info.name },
    )
  }
  return [...columns].map((name) =>
    SelectionNode.create(nodes.reference(table.column(String(name)).name)),
  )
}

function statement(
  table: QueryTable,
  request: ReadRequest,
  { items, selections }: { items: readonly OrderItem[]; selections: readonly SelectionNode[] },
): SelectQueryNode {
  const condition = allOf([
    request.where === undefined ? true : filterCondition(table, request.where),
    request.after === undefined
      ? true
      : keysetCondition(items, decodeCursor(table, items, request.after)),
  ])
  const { limit, offset } = request
  return {
    ...SelectQueryNode.createFrom([table.node]),
    selections,
    where: whereNode(condition),
    orderBy: orderByNode(items),
    limit:
      limit === undefined
        ? undefined
        : LimitNode.create(nodes.value(wholeNumber(table, 'limit', limit))),
    offset:
      offset === undefined
        ? undefined
        : OffsetNode.create(nodes.value(wholeNumber(table, 'offset', offset))),
  }
}

/** WHERE, where there is something to ask. */
export function whereNode(condition: Condition): WhereNode | undefined {
  if (condition === true) return undefined
  return WhereNode.create(condition === false ? nodes.never : condition)
}

function wholeNumber(table: QueryTable, option: string, value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return Number(value)
  throw new PlataformaError(
    'PLT_OPTION_INVALID',
    `"${option}" of table "${table.info.name}" is ${String(value)}.`,
    { remedy: `Give ${option} a whole number, 0 or more.`, table: table.info.name },
  )
}

/** No column of a table of ours begins with `$`. */
function placeName(index: number): string {
  return `$${index}`
}

function readPage(rows: readonly Row[], items: readonly OrderItem[], limit: number): Page<Row> {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  const next =
    rows.length > limit && last !== undefined
      ? encodeCursor(
          items,
          items.map((_, index) => placeValue(last[placeName(index)])),
        )
      : null
  for (const row of kept) {
    for (let index = 0; index < items.length; index++) delete row[placeName(index)]
  }
  return { rows: kept, next }
}

function placeValue(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}
