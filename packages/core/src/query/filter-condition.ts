import { PlataformaError } from '../error/plataforma-error.js'
import { suggestion } from '../error/suggestion.js'
import type { ColumnInfo } from '../table/table-info.js'
import { allOf, anyOf, type Condition, negated } from './condition.js'
import { operatorCondition, refuseUndefined } from './operator-conditions.js'
import type { QueryTable } from './query-table.js'

const LOGICAL = ['$and', '$or', '$not'] as const

/** Filters come from outside: deeper ones would end at the stack, circles never. */
export const DEEPEST_FILTER = 200

/**
 * What a filter asks, as an expression or as a constant where no row can change the answer.
 * @throws PlataformaError `PLT_FILTER_INVALID`, `PLT_COLUMN_UNKNOWN`, `PLT_UNDEFINED_FILTER`,
 * `PLT_VALUE_INVALID`
 */
export function filterCondition(table: QueryTable, filter: unknown, depth = 0): Condition {
  if (!isPlainObject(filter)) throw refused(table, 'a filter is an object of columns.')
  if (depth > DEEPEST_FILTER) throw tooDeep(table)
  const conditions: Condition[] = []
  for (const [key, value] of Object.entries(filter)) {
    conditions.push(
      key.startsWith('$')
        ? logicalCondition(table, key, value, depth + 1)
        : columnCondition(table, key, value),
    )
  }
  return allOf(conditions)
}

function logicalCondition(
  ...[table, key, value, depth]: [table: QueryTable, key: string, value: unknown, depth: number]
): Condition {
  refuseUndefined(table, key, value)
  switch (key) {
    case '$and':
      return allOf(parts(table, key, value, depth))
    case '$or':
      return anyOf(parts(table, key, value, depth))
    case '$not':
      return negated(filterCondition(table, value, depth))
    default:
      throw refused(
        table,
        `"${key}" joins no filters; ${LOGICAL.join(', ')} do.${suggestion(key, LOGICAL)}`,
      )
  }
}

function parts(
  ...[table, key, value, depth]: [table: QueryTable, key: string, value: unknown, depth: number]
): Condition[] {
  if (!Array.isArray(value)) throw refused(table, `${key} takes a list of filters.`)
  // A copy has undefined where the list has holes.
  return [...value].map((part) => {
    refuseUndefined(table, key, part)
    return filterCondition(table, part, depth)
  })
}

function columnCondition(table: QueryTable, name: string, value: unknown): Condition {
  const column = table.column(name)
  refuseUndefined(table, name, value)
  if (!isPlainObject(value)) return operatorCondition({ table, column, operator: '$eq', value })
  return operatorsCondition(table, column, value)
}

function operatorsCondition(
  ...[table, column, operators, depth = 0]: [
    QueryTable,
    ColumnInfo,
    operators: object,
    depth?: number,
  ]
): Condition {
  if (depth > DEEPEST_FILTER) throw tooDeep(table)
  const entries = Object.entries(operators)
  const stray = entries.find(([operator]) => !operator.startsWith('$'))
  if (entries.length === 0 || stray !== undefined) {
    throw refused(
      table,
      stray === undefined
        ? `no operator for column "${column.name}".`
        : `"${stray[0]}" for column "${column.name}" is no operator; $eq compares with an object.`,
    )
  }
  return allOf(
    entries.map(([operator, value]) => {
      refuseUndefined(table, column.name, value)
      if (operator !== '$not') return operatorCondition({ table, column, operator, value })
      if (!isPlainObject(value)) throw refused(table, '$not takes operators; $ne takes a value.')
      return negated(operatorsCondition(table, column, value, depth + 1))
    }),
  )
}

/** Values of columns that are objects (Date, Buffer, intervals) have a class. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function tooDeep(table: QueryTable): PlataformaError {
  return refused(table, `it is nested deeper than ${DEEPEST_FILTER} levels.`)
}

function refused(table: QueryTable, message: string): PlataformaError {
  return new PlataformaError(
    'PLT_FILTER_INVALID',
    `Filter of table "${table.info.name}": ${message}`,
    { remedy: 'Name columns of the table and operators that they have.', table: table.info.name },
  )
}
