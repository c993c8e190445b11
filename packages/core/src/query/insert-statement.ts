import {
  AggregateFunctionNode,
  CommonTableExpressionNameNode,
  CommonTableExpressionNode,
  InsertQueryNode,
  type OnConflictNode,
  type QueryResult,
  ReturningNode,
  type RootOperationNode,
  SelectionNode,
  SelectQueryNode,
  SetOperationNode,
  TableNode,
  type WithNode,
} from 'kysely'
import type { ColumnInfo } from '../table/table-info.js'
import { type InputRow, insertRows, type RowGroup } from './insert-rows.js'
import { insertSource } from './insert-source.js'
import { nodes } from './nodes.js'
import type { QueryTable } from './query-table.js'
import { selections } from './select-statement.js'
import type { AffectedRows } from './write-options.js'

type Row = Record<string, unknown>

/** A statement and what its result means. */
export interface WriteStatement {
  readonly node: RootOperationNode
  read(result: QueryResult<Row>): Row[] | AffectedRows
}

/** What an insert is asked for. */
export interface InsertRequest {
  readonly rows: readonly InputRow[]
  readonly tenantId: string | undefined
  readonly returning: readonly string[] | boolean
  /** ON CONFLICT for rows that give these columns. */
  readonly onConflict?: (columns: readonly ColumnInfo[]) => OnConflictNode
}

/** One atomic INSERT of all rows. @throws PlataformaError where a row does not fit the table */
export function insertStatement(table: QueryTable, request: InsertRequest): WriteStatement {
  const { groups, tenant } = insertRows(table, request.rows, request.tenantId)
  const inserts = groups.map((group) => {
    const source = insertSource(table, group, tenant)
    return {
      ...InsertQueryNode.create(table.node),
      columns: source.columns.map((column) => nodes.column(column.name)),
      values: source.node,
      onConflict: request.onConflict?.(source.columns),
    }
  })
  const [only] = inserts
  return only !== undefined && inserts.length === 1
    ? single(table, only, request)
    : several(table, inserts, { request, groups })
}

function single(
  table: QueryTable,
  insert: InsertQueryNode,
  { returning }: InsertRequest,
): WriteStatement {
  const node = { ...insert, returning: returningNode(table, returning) }
  return { node, read: (result) => readWrite(result, returning) }
}

/** RETURNING of `true` or columns; `undefined` of `false`. */
export function returningNode(
  table: QueryTable,
  returning: readonly string[] | boolean,
): ReturningNode | undefined {
  if (returning === false) return undefined
  return ReturningNode.create(selections(table, returning === true ? undefined : returning))
}

/** The rows of RETURNING, or how many rows were written. */
export function readWrite(
  result: QueryResult<Row>,
  returning: readonly string[] | boolean,
): Row[] | AffectedRows {
  return returning === false ? { affectedRows: Number(result.numAffectedRows ?? 0) } : result.rows
}

/** Rows that leave out different columns: one INSERT for each set, all in one statement. */
function several(
  table: QueryTable,
  inserts: readonly InsertQueryNode[],
  { request, groups }: { request: InsertRequest; groups: readonly RowGroup[] },
): WriteStatement {
  const { returning } = request
  const names = inserts.map((_, index) => `inserted_${index}`)
  const counting = returning === false
  const expressions = inserts.map((insert, index) => {
    const name = CommonTableExpressionNameNode.create(names[index] ?? '')
    const returned = counting ? COUNTED : returningNode(table, returning)
    const expression: InsertQueryNode = { ...insert, returning: returned }
    return CommonTableExpressionNode.create(name, expression)
  })
  const [first, ...rest] = names.map((name) => readGroup(name, counting))
  const node: SelectQueryNode = {
    ...(first ?? SelectQueryNode.create()),
    with: { ...WITH, expressions },
    setOperations: rest.map((select) => SetOperationNode.create('union', select, true)),
  }
  return {
    node,
    read: ({ rows }) =>
      counting
        ? { affectedRows: rows.reduce((sum, row) => sum + Number(row.count), 0) }
        : inInputOrder(rows, groups),
  }
}

const WITH: Pick<WithNode, 'kind'> = { kind: 'WithNode' }

const COUNTED = ReturningNode.create([nodes.named(nodes.never, 'counted')])

function readGroup(name: string, counting: boolean): SelectQueryNode {
  const from = SelectQueryNode.createFrom([TableNode.create(name)])
  const all = SelectionNode.createSelectAll()
  if (!counting) return SelectQueryNode.cloneWithSelections(from, [all])
  const count = nodes.named(AggregateFunctionNode.create('count', [all]), 'count')
  return SelectQueryNode.cloneWithSelections(from, [count])
}

/** A trigger or ON CONFLICT may have left rows out: then the places of the others are not known. */
function inInputOrder(rows: readonly Row[], groups: readonly RowGroup[]): Row[] {
  const places = groups.flatMap((group) => group.places)
  if (places.length !== rows.length) return [...rows]
  const ordered: Row[] = new Array(rows.length)
  for (const [index, row] of rows.entries()) ordered[places[index] ?? index] = row
  return ordered
}
