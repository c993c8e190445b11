import { ColumnUpdateNode, OnConflictNode, ReferenceNode, TableNode } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import type { ColumnInfo } from '../table/table-info.js'
import { type InsertRequest, insertStatement, type WriteStatement } from './insert-statement.js'
import { nodes } from './nodes.js'
import type { QueryTable } from './query-table.js'

/** What an upsert is asked for beside the insert. */
export interface UpsertRequest extends Omit<InsertRequest, 'onConflict'> {
  readonly conflict: unknown
  readonly update: unknown
}

/** INSERT … ON CONFLICT. @throws PlataformaError `PLT_OPTION_INVALID`, `PLT_COLUMN_UNKNOWN` */
export function upsertStatement(table: QueryTable, request: UpsertRequest): WriteStatement {
  const key = conflictKey(table, names(table, 'conflict', request.conflict))
  const update = request.update
  const chosen =
    update === undefined || update === false ? undefined : names(table, 'update', update)
  return insertStatement(table, {
    rows: request.rows,
    tenantId: request.tenantId,
    returning: request.returning,
    onConflict: (columns) => {
      const onConflict = { ...OnConflictNode.create(), columns: key.map(nodes.column) }
      const taken = update === false ? [] : (chosen ?? updatable(table, columns, key))
      return taken.length === 0
        ? { ...onConflict, doNothing: true }
        : { ...onConflict, updates: taken.map(takeOver) }
    },
  })
}

function names(table: QueryTable, option: string, value: unknown): string[] {
  if (Array.isArray(value) && (value.length > 0 || option === 'update')) {
    return value.map((name) => table.column(String(name)).name)
  }
  throw new PlataformaError(
    'PLT_OPTION_INVALID',
    `"${option}" of an upsert into "${table.info.name}" is no list of columns.`,
    { remedy: `Give ${option} as a list of column names.`, table: table.info.name },
  )
}

/** The unique key of these columns, the tenant's part of it filled in. */
function conflictKey(table: QueryTable, columns: readonly string[]): readonly string[] {
  const { tenantColumn, uniqueKeys, name } = table.info
  const withTenant =
    tenantColumn === undefined || columns.includes(tenantColumn)
      ? columns
      : [tenantColumn, ...columns]
  const candidates = [withTenant, columns]
  const found = candidates.find((wanted) => uniqueKeys.some((key) => sameSet(key, wanted)))
  if (found !== undefined) return found
  const keys = uniqueKeys.map((key) => `(${key.join(', ')})`).join(', ')
  throw new PlataformaError(
    'PLT_OPTION_INVALID',
    `Table "${name}" has no unique key of (${columns.join(', ')}).`,
    {
      remedy: keys === '' ? 'Give the table a unique key.' : `Use one of its keys: ${keys}.`,
      table: name,
    },
  )
}

function sameSet(key: readonly string[], wanted: readonly string[]): boolean {
  return key.length === wanted.length && key.every((column) => wanted.includes(column))
}

function updatable(
  { info }: QueryTable,
  columns: readonly ColumnInfo[],
  key: readonly string[],
): string[] {
  const kept = new Set([...key, ...info.primaryKey, info.tenantColumn])
  return columns.map((column) => column.name).filter((name) => !kept.has(name))
}

function takeOver(name: string): ColumnUpdateNode {
  const proposed = ReferenceNode.create(nodes.column(name), TableNode.create('excluded'))
  return ColumnUpdateNode.create(nodes.column(name), proposed)
}
