import {
  createQueryId,
  type Expression,
  isOperationNodeSource,
  PostgresQueryCompiler,
  type RootOperationNode,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { scalarText } from '../value/scalar-text.js'
import type { SqlExpression } from './column-definition.js'
import type { ColumnType } from './column-type.js'
import type { DefinedExpression } from './table-definition.js'

/** Calls that stand as text in many definitions; as a literal they would freeze the moment. */
const CALLS =
  /^(now\(\)|current_timestamp|current_date|current_time|localtimestamp|clock_timestamp\(\)|transaction_timestamp\(\)|statement_timestamp\(\)|gen_random_uuid\(\)|uuidv4\(\)|uuidv7\(\)|uuid_generate_v[14]\(\))$/i

const TEXTUAL: ReadonlySet<string> = new Set([
  'text',
  'varchar',
  'bpchar',
  'citext',
  'json',
  'jsonb',
])
const NUMERIC: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'numeric',
  'float4',
  'float8',
])

/** The text of trusted SQL. @throws PlataformaError `PLT_OPTION_INVALID` */
export function expressionSql(subject: string, expression: string | SqlExpression): string {
  if (typeof expression === 'string' && expression.trim() !== '') return expression.trim()
  if (isExpression(expression)) {
    const node = expression.toOperationNode() as RootOperationNode
    const { sql, parameters } = new PostgresQueryCompiler().compileQuery(node, createQueryId())
    if (parameters.length === 0) return sql
    throw invalid(subject, 'it holds parameters, which a definition cannot have: use sql.lit')
  }
  if (isWritten(expression)) return expressionSql(subject, expression.expression)
  throw invalid(subject, 'it is no SQL')
}

/** A default as SQL. @throws PlataformaError `PLT_VALUE_INVALID`, `PLT_OPTION_INVALID` */
export function defaultExpression(
  column: string,
  type: ColumnType,
  value: unknown,
): DefinedExpression {
  const subject = `The default of column "${column}"`
  if (isExpression(value) || isWritten(value)) {
    return { sql: expressionSql(subject, value), literal: false }
  }
  const isCall = typeof value === 'string' && CALLS.test(value.trim())
  if (isCall && (type.isArray || !TEXTUAL.has(type.baseType))) {
    return { sql: value.trim(), literal: false }
  }
  if (value === null) return { sql: 'NULL', literal: true }
  const text = literalText(type, value)
  if (text !== undefined) return { sql: literalSql(type, text), literal: true }
  throw new PlataformaError('PLT_VALUE_INVALID', `${subject} does not fit its type ${type.text}.`, {
    remedy: 'Give a value of the type, or SQL as sql`…` or { expression }.',
    column,
    details: { value },
  })
}

/** Text as a literal of standard_conforming_strings. */
function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function literalSql(type: ColumnType, text: string): string {
  const plain = !type.isArray && /^-?\d+(\.\d+)?$|^(true|false)$/.test(text)
  const plainType = NUMERIC.has(type.baseType) || type.baseType === 'bool'
  return plain && plainType ? text : quoteLiteral(text)
}

function literalText(type: ColumnType, value: unknown): string | undefined {
  const write = scalarText(type.baseType)
  if (!type.isArray) return isJsonText(type, value) ? value : write(value)
  if (typeof value === 'string' && /^{.*}$/s.test(value)) return value
  if (!Array.isArray(value)) return undefined
  const elements = value.map((element) => (element === null ? 'NULL' : quoted(write(element))))
  return elements.includes(undefined) ? undefined : `{${elements.join(',')}}`
}

/** Whoever defines a table writes `'{}'` as in SQL; a row's text is never taken for JSON. */
function isJsonText(type: ColumnType, value: unknown): value is string {
  if (!type.baseType.startsWith('json') || typeof value !== 'string') return false
  try {
    return typeof JSON.parse(value) === 'object'
  } catch {
    return false
  }
}

function quoted(text: string | undefined): string | undefined {
  return text === undefined ? undefined : `"${text.replace(/["\\]/g, '\\$&')}"`
}

function isExpression(value: unknown): value is Expression<unknown> {
  return isOperationNodeSource(value)
}

function isWritten(value: unknown): value is { readonly expression: string } {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 1) return false
  return 'expression' in value && typeof value.expression === 'string'
}

function invalid(subject: string, problem: string): PlataformaError {
  return new PlataformaError('PLT_OPTION_INVALID', `${subject} cannot be used: ${problem}.`, {
    remedy: 'Give SQL as text, as sql`…` without values, or as { expression }.',
  })
}
