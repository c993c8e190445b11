import {
  ColumnUpdateNode,
  DeleteQueryNode,
  type Expression,
  type OperationNode,
  UpdateQueryNode,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Condition } from './condition.js'
import { filterCondition } from './filter-condition.js'
import { readWrite, returningNode, type WriteStatement } from './insert-statement.js'
import { nodes } from './nodes.js'
import type { QueryTable } from './query-table.js'
import { whereNode } from './select-statement.js'

/** What an update or delete is asked for. */
export interface ChangeRequest {
  readonly where?: unknown
  readonly all?: unknown
  readonly returning?: readonly string[] | boolean
}

/** @throws PlataformaError `PLT_WHERE_REQUIRED`, `PLT_OPTION_INVALID` and those of filters */
export function updateStatement(
  table: QueryTable,
  values: unknown,
  request: ChangeRequest,
): WriteStatement {
  const returning = request.returning ?? false
  const node = {
    ...UpdateQueryNode.create([table.node]),
    updates: updates(table, values),
    where: whereNode(scope(table, request)),
    returning: returningNode(table, returning),
  }
  return { node, read: (result) => readWrite(result, returning) }
}

/** @throws PlataformaError `PLT_WHERE_REQUIRED` and those of filters */
export function deleteStatement(table: QueryTable, request: ChangeRequest): WriteStatement {
  const returning = request.returning ?? false
  const node = {
    ...DeleteQueryNode.create([table.node]),
    where: whereNode(scope(table, request)),
    returning: returningNode(table, returning),
  }
  return { node, read: (result) => readWrite(result, returning) }
}

/** A filter that no row can fail would touch them all without saying so. */
function scope(table: QueryTable, { where, all }: ChangeRequest): Condition {
  if (all === true && where === undefined) return true
  if (all === undefined && isAll(table, where)) return true
  const condition = where === undefined || filterCondition(table, where)
  if (condition !== true && all === undefined) return condition
  throw new PlataformaError(
    'PLT_WHERE_REQUIRED',
    `An update or delete of "${table.info.name}" does not say which rows.`,
    {
      remedy: 'Give a `where` that asks something, or `{ all: true }` for every row.',
      table: table.info.name,
    },
  )
}

function isAll(table: QueryTable, where: unknown): boolean {
  if (typeof where !== 'object' || where === null || table.info.columns.has('all')) return false
  return Object.keys(where).length === 1 && 'all' in where && where.all === true
}

function updates(table: QueryTable, values: unknown): ColumnUpdateNode[] {
  const given =
    typeof values === 'object' && values !== null
      ? Object.entries(values).filter(([, value]) => value !== undefined)
      : []
  if (given.length === 0) {
    throw new PlataformaError(
      'PLT_OPTION_INVALID',
      `An update of "${table.info.name}" gives no values.`,
      { remedy: 'Give at least one column a value.', table: table.info.name },
    )
  }
  return given.map(([name, value]) =>
    ColumnUpdateNode.create(nodes.column(name), newValue(table, name, value)),
  )
}

function newValue(table: QueryTable, name: string, value: unknown): OperationNode {
  const column = table.column(name)
  if (value === null) return nodes.value(null)
  return isExpression(value) ? value.toOperationNode() : table.value(column, value)
}

function isExpression(value: unknown): value is Expression<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'toOperationNode' in value &&
    typeof value.toOperationNode === 'function'
  )
}
