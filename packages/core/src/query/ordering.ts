import { type OperationNode, OperatorNode, OrderByItemNode, OrderByNode } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import type { ColumnInfo } from '../table/table-info.js'
import { nodes } from './nodes.js'
import type { QueryTable } from './query-table.js'

/** One column of an ordering, its defaults filled in. */
export interface OrderItem {
  readonly column: ColumnInfo
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** @throws PlataformaError `PLT_OPTION_INVALID`, `PLT_COLUMN_UNKNOWN` */
export function orderItems(table: QueryTable, orderBy: unknown): OrderItem[] {
  if (orderBy === undefined) return []
  if (!Array.isArray(orderBy)) throw refused(table, 'is a list of { column, direction?, nulls? }')
  return [...orderBy].map((item) => {
    if (typeof item !== 'object' || item === null || typeof item.column !== 'string') {
      throw refused(table, 'names a column in each of its items')
    }
    const direction = word(table, item.direction, ['asc', 'desc'])
    const nulls = word(table, item.nulls, ['first', 'last'])
    const descending = direction === 'desc'
    return {
      column: table.column(item.column),
      descending,
      nullsFirst: nulls === undefined ? descending : nulls === 'first',
    }
  })
}

/** The items with the primary key behind them, so that no two rows are equal. */
export function totalOrder(table: QueryTable, items: readonly OrderItem[]): readonly OrderItem[] {
  const { primaryKey, name } = table.info
  if (primaryKey.length === 0) {
    throw new PlataformaError(
      'PLT_OPTION_INVALID',
      `"${name}" has no primary key, which pages need to tell rows apart.`,
      { remedy: 'Give the table a primary key, or use limit and offset.', table: name },
    )
  }
  const ordered = new Set(items.map((item) => item.column.name))
  const descending = items.at(-1)?.descending ?? false
  const rest = primaryKey.filter((key) => !ordered.has(key))
  return [
    ...items,
    ...rest.map((key) => ({ column: table.column(key), descending, nullsFirst: descending })),
  ]
}

/** ORDER BY without raw fragments; `undefined` for no items. */
export function orderByNode(items: readonly OrderItem[]): OrderByNode | undefined {
  return items.length === 0 ? undefined : OrderByNode.create(items.map(itemNode))
}

function itemNode({ column, descending, nullsFirst }: OrderItem): OrderByItemNode {
  const item = OrderByItemNode.create(
    nodes.reference(column.name),
    descending ? DESCENDING : undefined,
  )
  if (nullsFirst === descending || !column.nullable) return item
  return OrderByItemNode.cloneWith(item, { nulls: nullsFirst ? 'first' : 'last' })
}

const DESCENDING: OperationNode = OperatorNode.create(
  'desc' as Parameters<typeof OperatorNode.create>[0],
)

function word<const Word extends string>(
  table: QueryTable,
  value: unknown,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined) return undefined
  const found = words.find((known) => known === String(value).toLowerCase())
  if (found === undefined) throw refused(table, `has ${words.join(' or ')}, not "${String(value)}"`)
  return found
}

function refused(table: QueryTable, message: string): PlataformaError {
  return new PlataformaError(
    'PLT_OPTION_INVALID',
    `orderBy of table "${table.info.name}" ${message}.`,
    {
      remedy: "Write orderBy: [{ column: 'nome', direction: 'ASC' }].",
      table: table.info.name,
    },
  )
}
