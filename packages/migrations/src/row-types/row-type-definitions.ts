import type { ExpressionNode } from 'kysely-codegen'
import type { Codegen } from './load-codegen.js'

/** Of a dialect of kysely-codegen: types by their names in `pg_type`, and what they stand for. */
type Adapter = InstanceType<Codegen['PostgresAdapter']>

/** Columns that take other values than they give. */
const COLUMN_TYPES: Readonly<Record<string, readonly [read: string, taken: readonly string[]]>> = {
  Bytea: ['Buffer', ['Uint8Array']],
  CalendarDate: ['string', ['Date', 'string']],
  Circle: ['CircleValue', ['string']],
  Interval: ['IntervalValue', ['IntervalValue', 'string']],
  Json: ['JsonValue', ['JsonInput']],
  Numeric: ['string', ['bigint', 'number', 'string']],
  NumericElement: ['number', ['bigint', 'number', 'string']],
  Point: ['PointValue', ['PointValue', 'string']],
  UnreadArray: ['string', ['(string | null)[]']],
}

const VALUES: Readonly<Record<string, string>> = {
  CircleValue: '{ x: number; y: number; radius: number }',
  IntervalValue: `{
  years?: number;
  months?: number;
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
  toPostgres(): string;
  toISO(): string;
  toISOString(): string;
}`,
  JsonInput: 'boolean | number | object | string',
  JsonValue: 'JsonValue[] | boolean | null | number | string | { [key: string]: JsonValue }',
  PointValue: '{ x: number; y: number }',
}

/** Of `T`: what it has to extend, and the three types of the column if so, or else the type. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  ArrayType: [
    '[T]',
    '[ColumnType<infer S, infer I, infer U>]',
    '(S | null)[]',
    '(I | null)[]',
    '(U | null)[]',
    '(T | null)[]',
  ],
  Nested: ['[T]', '[ColumnType<infer S, infer I, infer U>]', 'S[]', 'I[]', 'U[]', 'T[]'],
  ReadOnly: [
    'T',
    'ColumnType<infer S, unknown, unknown>',
    'S',
    'never',
    'never',
    'ColumnType<T, never, never>',
  ],
  // Where every column refused everything as `never`, Kysely would let any object in.
  ViewColumn: [
    'T',
    'ColumnType<infer S, unknown, unknown>',
    'S',
    'undefined',
    'never',
    'ColumnType<T, undefined, never>',
  ],
}

/** Types whose values are other than kysely-codegen supposes. */
const SCALARS: Readonly<Record<string, string>> = {
  bytea: 'Bytea',
  date: 'CalendarDate',
}

/** Names that a file's own types must not take: they would stand for something else. */
export const RESERVED_NAMES: readonly string[] = [
  ...[COLUMN_TYPES, VALUES, TEMPLATES].flatMap(Object.keys),
  'Buffer',
  'ColumnType',
  'Date',
  'Generated',
  'Int8',
  'Tables',
  'Timestamp',
  'Uint8Array',
]

/**
 * Makes the types of a dialect those of values as sessions read and take them. Nothing that a type
 * refers to stands in text: kysely-codegen finds it there only beside some versions of TypeScript.
 */
export function correctDefinitions(adapter: Adapter, codegen: Codegen): void {
  const { ColumnTypeNode, IdentifierNode, TemplateNode, UnionExpressionNode } = codegen
  const identifier = (name: string): ExpressionNode => new IdentifierNode(name)
  const definitions: Adapter['definitions'] & Record<string, unknown> = adapter.definitions
  for (const [name, [read, taken]] of Object.entries(COLUMN_TYPES)) {
    const input = taken.map(identifier)
    const [first = identifier('never')] = input
    const union = input.length > 1 ? new UnionExpressionNode(input) : first
    definitions[name] = new ColumnTypeNode(identifier(read), union, union)
  }
  for (const [name, text] of Object.entries(VALUES)) definitions[name] = identifier(text)
  for (const [name, texts] of Object.entries(TEMPLATES)) {
    const [check = '', wanted = '', select = '', insert = '', update = '', other = ''] = texts
    definitions[name] = new TemplateNode(['T'], {
      type: 'ExtendsClause',
      checkType: identifier(check),
      extendsType: identifier(wanted),
      trueType: new ColumnTypeNode(identifier(select), identifier(insert), identifier(update)),
      falseType: identifier(other),
    })
  }
  for (const [name, alias] of Object.entries(SCALARS)) {
    Object.assign(adapter.scalars, { [name]: identifier(alias) })
  }
}
