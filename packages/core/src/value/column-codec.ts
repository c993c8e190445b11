import { PlataformaError } from '../error/plataforma-error.js'
import type { ColumnInfo, TableInfo } from '../table/table-info.js'
import { type ScalarText, scalarText } from './scalar-text.js'

/** Types whose text holds nothing that an array literal must quote. */
const UNQUOTED: ReadonlySet<string> = new Set([
  'uuid',
  'int2',
  'int4',
  'int8',
  'numeric',
  'float4',
  'float8',
  'bool',
])

/** Types whose arrays are given as such; others travel as text and are cast one by one. */
const DIRECT: ReadonlySet<string> = new Set([
  ...UNQUOTED,
  'text',
  'varchar',
  'date',
  'timestamp',
  'timestamptz',
  'json',
  'jsonb',
  'bytea',
  'inet',
  'citext',
])

const SPECIAL = /["\\]/
const EVERY_SPECIAL = /["\\]/g

/** Writes values of one column as text that the server reads. */
export class ColumnCodec {
  readonly column: ColumnInfo
  /** Whether `cast($1 as type[])` takes the array; else it is `text[]` and each element is cast. */
  readonly direct: boolean
  readonly #table: string
  readonly #scalar: ScalarText
  readonly #quoted: boolean

  constructor(table: TableInfo, column: ColumnInfo) {
    this.column = column
    this.direct = !column.isArray && column.kind === 'base' && DIRECT.has(column.baseType)
    this.#table = table.name
    this.#scalar = scalarText(column.baseType)
    this.#quoted = column.isArray || !UNQUOTED.has(column.baseType)
  }

  /** The SQL type of the array that `list` writes. */
  get listType(): string {
    return this.direct ? `${this.column.castType}[]` : 'text[]'
  }

  /** @throws PlataformaError `PLT_VALUE_INVALID` */
  encode(value: unknown): string {
    return this.#encode(value) ?? this.#refuse(value)
  }

  /** An array literal of values, null and undefined as NULL. @throws `PLT_VALUE_INVALID` */
  list(values: readonly unknown[]): string {
    return this.#literal(values.length, (index) => values[index])
  }

  /** `list` of one column of the rows. @throws `PLT_VALUE_INVALID` with the row's index */
  listOf(rows: readonly Readonly<Record<string, unknown>>[]): string {
    const { name } = this.column
    return this.#literal(rows.length, (index) => rows[index]?.[name])
  }

  #literal(length: number, valueAt: (index: number) => unknown): string {
    let literal = '{'
    for (let index = 0; index < length; index++) {
      if (index > 0) literal += ','
      const value = valueAt(index)
      if (value === null || value === undefined) {
        literal += 'NULL'
        continue
      }
      const text = this.#encode(value) ?? this.#refuse(value, index)
      literal += this.#quoted ? quote(text) : text
    }
    return `${literal}}`
  }

  #encode(value: unknown): string | undefined {
    return this.column.isArray ? this.#array(value) : this.#one(value)
  }

  #one(value: unknown): string | undefined {
    const text = this.#scalar(value)
    const { kind, labels } = this.column
    return kind === 'enum' && text !== undefined && !labels.includes(text) ? undefined : text
  }

  #array(value: unknown): string | undefined {
    if (!Array.isArray(value)) return undefined
    const elements: string[] = []
    for (const element of value) {
      const text =
        element === null
          ? 'NULL'
          : Array.isArray(element) && !this.column.baseType.startsWith('json')
            ? this.#array(element)
            : this.#quotedOne(element)
      if (text === undefined) return undefined
      elements.push(text)
    }
    return `{${elements.join(this.column.baseType === 'box' ? ';' : ',')}}`
  }

  #quotedOne(value: unknown): string | undefined {
    const text = this.#one(value)
    return text === undefined || UNQUOTED.has(this.column.baseType) ? text : quote(text)
  }

  #refuse(value: unknown, row?: number): never {
    const { name, type, labels } = this.column
    const allowed = labels.length > 0 ? `one of ${labels.join(', ')}` : type
    throw new PlataformaError(
      'PLT_VALUE_INVALID',
      `${describe(value)} does not fit column "${name}" (${allowed}) of table "${this.#table}"` +
        (row === undefined ? '.' : `, row ${row + 1}.`),
      {
        remedy: `Give ${expectation(this.column)}.`,
        table: this.#table,
        column: name,
        details: row === undefined ? { value } : { value, row },
      },
    )
  }
}

const codecs = new WeakMap<ColumnInfo, ColumnCodec>()

/** The codec of a column, made once. */
export function columnCodec(table: TableInfo, column: ColumnInfo): ColumnCodec {
  const known = codecs.get(column)
  if (known !== undefined) return known
  const codec = new ColumnCodec(table, column)
  codecs.set(column, codec)
  return codec
}

function quote(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(EVERY_SPECIAL, '\\$&')}"` : `"${text}"`
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 80 ? `${value.slice(0, 80)}…` : value}'`
  if (value instanceof Date) return 'An invalid Date'
  if (Array.isArray(value)) return 'An array'
  return typeof value === 'object' || typeof value === 'function'
    ? `A value of type ${typeof value}`
    : String(value)
}

const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['uuid', 'a UUID such as 018f6f9e-8c5a-7d31-b0a4-3f2c1d0e9a77'],
  ['int2', 'an integer from -32768 to 32767'],
  ['int4', 'an integer from -2147483648 to 2147483647'],
  ['int8', 'an integer as bigint, string or safe number'],
  ['numeric', 'a number or its decimal text'],
  ['bool', 'true or false'],
  ['date', "a day as 'YYYY-MM-DD'"],
  ['timestamp', "a Date or 'YYYY-MM-DD HH:MM:SS'"],
  ['timestamptz', "a Date or 'YYYY-MM-DDTHH:MM:SSZ'"],
  ['bytea', "a Uint8Array or '\\x' and hexadecimal digits"],
  ['json', 'a value that JSON can hold'],
  ['jsonb', 'a value that JSON can hold, without the character U+0000'],
])

function expectation({ baseType, isArray, labels }: ColumnInfo): string {
  const one =
    labels.length > 0
      ? `one of ${labels.join(', ')}`
      : (EXPECTED.get(baseType) ?? 'well-formed text without the character U+0000')
  return isArray ? `an array, each element ${one}` : one
}
