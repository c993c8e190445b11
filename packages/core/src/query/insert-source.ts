import {
  DefaultInsertValueNode,
  FunctionNode,
  type OperationNode,
  type SelectionNode,
  SelectQueryNode,
  ValueListNode,
  ValuesNode,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import type { ColumnInfo } from '../table/table-info.js'
import { type ColumnCodec, columnCodec } from '../value/column-codec.js'
import type { InputRow, InsertRows, RowGroup } from './insert-rows.js'
import { nodes } from './nodes.js'
import type { QueryTable } from './query-table.js'

/** Up to here one parameter per value is faster; beyond, one array per column is. */
const VALUES_ROWS = 16

/** Where the rows of an INSERT come from: its columns and VALUES or SELECT. */
export interface InsertSource {
  readonly columns: readonly ColumnInfo[]
  readonly node: OperationNode
}

/** One array parameter per column, so that neither rows nor columns meet the protocol's limit. */
export function insertSource(
  table: QueryTable,
  { columns, rows }: RowGroup,
  tenant: InsertRows['tenant'],
): InsertSource {
  if (rows.length <= VALUES_ROWS || columns.length === 0) {
    return valuesSource(table, { columns, rows }, tenant)
  }
  const selected = columns.map((column) => nodes.named(unnest(table, column, rows), column.name))
  if (tenant === undefined) return { columns, node: select(selected) }
  const value = nodes.cast(nodes.value(tenant.id), tenant.column.castType)
  return {
    columns: [...columns, tenant.column],
    node: select([...selected, nodes.named(value, tenant.column.name)]),
  }
}

/** In the select list the rows stream; in FROM the server would store them first. */
function unnest(table: QueryTable, column: ColumnInfo, rows: readonly InputRow[]): OperationNode {
  const codec = columnCodec(table.info, column)
  const list = nodes.cast(nodes.value(listOf(codec, rows)), codec.listType)
  const each = FunctionNode.create('unnest', [list])
  return codec.direct ? each : nodes.cast(each, column.castType)
}

function select(selections: readonly SelectionNode[]): OperationNode {
  return SelectQueryNode.cloneWithSelections(SelectQueryNode.create(), selections)
}

function valuesSource(
  table: QueryTable,
  { columns, rows }: Pick<RowGroup, 'columns' | 'rows'>,
  tenant: InsertRows['tenant'],
): InsertSource {
  const all = tenant === undefined ? columns : [...columns, tenant.column]
  if (all.length === 0) return defaultsSource(table, rows)
  const values = rows.map((row) =>
    ValueListNode.create(
      all.map((column) => valueNode(table, column, tenantOr(row, column, tenant))),
    ),
  )
  return { columns: all, node: ValuesNode.create(values) }
}

/** Rows that give nothing at all: any column serves to say DEFAULT. */
function defaultsSource(table: QueryTable, rows: readonly InputRow[]): InsertSource {
  const [column] = table.info.columns.values()
  const values = rows.map(() => ValueListNode.create([DefaultInsertValueNode.create()]))
  return { columns: column === undefined ? [] : [column], node: ValuesNode.create(values) }
}

function tenantOr(row: InputRow, column: ColumnInfo, tenant: InsertRows['tenant']): unknown {
  return column === tenant?.column ? tenant.id : row[column.name]
}

function valueNode(table: QueryTable, column: ColumnInfo, value: unknown): OperationNode {
  if (value === undefined || value === null) return nodes.value(null)
  return table.value(column, value)
}

/** A string of JavaScript ends at half a gigabyte, a message of PostgreSQL at one. */
function listOf(codec: ColumnCodec, rows: readonly InputRow[]): string {
  try {
    return codec.listOf(rows)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new PlataformaError(
      'PLT_OPTION_INVALID',
      `The values of column "${codec.column.name}" are too long for one statement.`,
      { remedy: 'Insert the rows in several calls in one transaction.', cause },
    )
  }
}
