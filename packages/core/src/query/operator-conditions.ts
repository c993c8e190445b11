import { FunctionNode, type OperationNode } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { suggestion } from '../error/suggestion.js'
import type { ColumnInfo } from '../table/table-info.js'
import { allOf, anyOf, type Condition } from './condition.js'
import { type PrefixRange, prefixRange } from './like-prefix.js'
import { nodes } from './nodes.js'
import type { QueryTable } from './query-table.js'

interface Operand {
  readonly table: QueryTable
  readonly column: ColumnInfo
  readonly operator: string
  readonly value: unknown
}

type OperatorCondition = (operand: Operand) => Condition

/** Types without `=`; and with `=` but without an order. */
const INCOMPARABLE: ReadonlySet<string> = new Set([
  'json',
  'xml',
  'point',
  'line',
  'polygon',
  'jsonpath',
])
const UNORDERED: ReadonlySet<string> = new Set([...INCOMPARABLE, 'lseg', 'path', 'circle', 'box'])
/** Types that hold nothing. */
const SCALAR: ReadonlySet<string> = new Set([
  ...['bool', 'bytea', 'date', 'float4', 'float8', 'int2', 'int4', 'int8', 'interval', 'money'],
  ...['numeric', 'time', 'timestamp', 'timestamptz', 'timetz', 'uuid'],
])
const TEXTUAL: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'citext', 'name'])

const OPERATORS: ReadonlyMap<string, OperatorCondition> = new Map<string, OperatorCondition>([
  ['$eq', (operand) => (operand.value === null ? isNull(operand) : compare(operand, '='))],
  ['$ne', (operand) => (operand.value === null ? isNotNull(operand) : compare(operand, '<>'))],
  ['$gt', (operand) => ordered(operand, '>')],
  ['$gte', (operand) => ordered(operand, '>=')],
  ['$lt', (operand) => ordered(operand, '<')],
  ['$lte', (operand) => ordered(operand, '<=')],
  ['$in', oneOf],
  ['$nin', noneOf],
  ['$like', like],
  ['$ilike', (operand) => pattern(operand, 'ilike')],
  ['$between', between],
  ['$isNull', nullness],
  ['$contains', (operand) => contain(operand, '@>')],
  ['$containedBy', (operand) => contain(operand, '<@')],
  ['$overlaps', (operand) => contain(operand, '&&')],
])

/** @throws PlataformaError `PLT_FILTER_INVALID`, `PLT_UNDEFINED_FILTER`, `PLT_VALUE_INVALID` */
export function operatorCondition(operand: Operand): Condition {
  const condition = OPERATORS.get(operand.operator)
  if (condition !== undefined) return condition(operand)
  const { operator } = operand
  throw refused(operand, `"${operator}" is no operator.${suggestion(operator, OPERATORS.keys())}`)
}

/** @throws PlataformaError `PLT_UNDEFINED_FILTER` */
export function refuseUndefined(table: QueryTable, column: string, value: unknown): void {
  if (value !== undefined) return
  throw new PlataformaError(
    'PLT_UNDEFINED_FILTER',
    `The filter of table "${table.info.name}" has undefined for "${column}".`,
    {
      remedy: 'Leave the column out, or give null for IS NULL.',
      table: table.info.name,
      column,
    },
  )
}

function refused({ table, column }: Operand, message: string): PlataformaError {
  return new PlataformaError(
    'PLT_FILTER_INVALID',
    `Filter of column "${column.name}" of table "${table.info.name}": ${message}`,
    {
      remedy: 'Use an operator that the type of the column has, with a value that fits it.',
      table: table.info.name,
      column: column.name,
    },
  )
}

function reference({ table, column }: Operand): OperationNode {
  return table.reference(column)
}

function isNull(operand: Operand): Condition {
  return nodes.isNull(reference(operand))
}

function isNotNull(operand: Operand): Condition {
  return nodes.isNotNull(reference(operand))
}

function checkComparable(operand: Operand, refusedTypes = INCOMPARABLE): void {
  const { column, operator } = operand
  if (refusedTypes.has(column.baseType)) {
    throw refused(operand, `type ${column.type} cannot be compared with ${operator}.`)
  }
}

function compare(operand: Operand, sql: string): Condition {
  checkComparable(operand)
  return nodes.binary(reference(operand), sql, parameterOf(operand, operand.value))
}

function ordered(operand: Operand, sql: string): Condition {
  checkComparable(operand, UNORDERED)
  return nodes.binary(reference(operand), sql, parameterOf(operand, operand.value))
}

function parameterOf(operand: Operand, value: unknown): OperationNode {
  const { table, column, operator } = operand
  refuseUndefined(table, column.name, value)
  if (value === null) throw refused(operand, `${operator} cannot be asked of null.`)
  if (Array.isArray(value) && !column.isArray && !column.baseType.startsWith('json')) {
    throw refused(operand, `${operator} takes one value; $in takes a list.`)
  }
  return table.value(column, value)
}

function listOf(operand: Operand): readonly unknown[] {
  const { value, table, column } = operand
  if (!Array.isArray(value)) throw refused(operand, `${operand.operator} takes a list.`)
  for (const element of value) refuseUndefined(table, column.name, element)
  return value
}

function oneOf(operand: Operand): Condition {
  checkComparable(operand)
  const list = listOf(operand)
  const values = list.filter((value) => value !== null)
  return anyOf([
    values.length > 0 && quantified(operand, '=', { quantifier: 'any', values }),
    values.length < list.length && isNull(operand),
  ])
}

function noneOf(operand: Operand): Condition {
  checkComparable(operand)
  const list = listOf(operand)
  const values = list.filter((value) => value !== null)
  return allOf([
    values.length === 0 || quantified(operand, '<>', { quantifier: 'all', values }),
    values.length === list.length || isNotNull(operand),
  ])
}

function quantified(
  operand: Operand,
  sql: string,
  { quantifier, values }: { quantifier: 'any' | 'all'; values: readonly unknown[] },
): Condition {
  const { table, column } = operand
  if (!column.isArray) {
    const list = FunctionNode.create(quantifier, [table.list(column, values)])
    return nodes.binary(reference(operand), sql, list)
  }
  const each = values.map((value) =>
    nodes.binary(reference(operand), sql, table.value(column, value)),
  )
  return quantifier === 'any' ? anyOf(each) : allOf(each)
}

function pattern(operand: Operand, sql: 'like' | 'ilike'): Condition {
  const { column, operator, value } = operand
  refuseUndefined(operand.table, column.name, value)
  if (column.isArray || column.kind !== 'base' || !TEXTUAL.has(column.baseType)) {
    throw refused(operand, `${operator} needs text, and the type is ${column.type}.`)
  }
  if (typeof value !== 'string' || value.includes('\0')) {
    throw refused(operand, `${operator} takes a pattern as text.`)
  }
  return nodes.binary(reference(operand), sql, nodes.value(value))
}

/**
 * LIKE is not leakproof, so under row-level security it uses no index. The range of bytes that its
 * fixed beginning implies is leakproof and does: an index with `text_pattern_ops` serves it.
 */
export function likeRange(
  { info }: QueryTable,
  { bytewisePrefix }: ColumnInfo,
  pattern: string,
): PrefixRange | undefined {
  return info.tenantColumn === undefined || !bytewisePrefix ? undefined : prefixRange(pattern)
}

function like(operand: Operand): Condition {
  const matches = pattern(operand, 'like')
  const range = likeRange(operand.table, operand.column, String(operand.value))
  if (range === undefined) return matches
  const conditions: Condition[] = [
    nodes.binary(reference(operand), '~>=~', nodes.value(range.low)),
    range.high === undefined || nodes.binary(reference(operand), '~<~', nodes.value(range.high)),
    matches,
  ]
  return allOf(conditions)
}

function between(operand: Operand): Condition {
  checkComparable(operand, UNORDERED)
  const { value } = operand
  if (!Array.isArray(value) || value.length !== 2) {
    throw refused(operand, '$between takes [low, high].')
  }
  const [low, high] = value
  const column = reference(operand)
  return nodes.binary(
    column,
    'between',
    nodes.and([parameterOf(operand, low), parameterOf(operand, high)]),
  )
}

function nullness(operand: Operand): Condition {
  const { value } = operand
  if (typeof value !== 'boolean') throw refused(operand, '$isNull takes true or false.')
  return value ? isNull(operand) : isNotNull(operand)
}

function contain(operand: Operand, sql: '@>' | '<@' | '&&'): Condition {
  const { column, operator, table, value } = operand
  const known = column.isArray || column.kind === 'range' || column.baseType === 'jsonb'
  const plain =
    !known &&
    (column.kind === 'enum' || TEXTUAL.has(column.baseType) || SCALAR.has(column.baseType))
  const jsonOverlap = sql === '&&' && !column.isArray && column.baseType === 'jsonb'
  if (plain || jsonOverlap || INCOMPARABLE.has(column.baseType)) {
    throw refused(operand, `type ${column.type} has no ${operator}.`)
  }
  refuseUndefined(table, column.name, value)
  if (value === null) throw refused(operand, `${operator} cannot be asked of null.`)
  if (column.isArray && !Array.isArray(value)) throw refused(operand, `${operator} takes a list.`)
  const cast = nodes.cast(table.value(column, value), column.castType)
  return nodes.binary(reference(operand), sql, cast)
}
