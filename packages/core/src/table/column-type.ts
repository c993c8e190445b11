import { PlataformaError } from '../error/plataforma-error.js'
import { shownValue } from '../error/shown-value.js'
import { suggestion } from '../error/suggestion.js'

/** A column type, taken apart. */
export interface ColumnType {
  /** As `format_type` prints it, for types of PostgreSQL: `character varying(255)[]`. */
  readonly text: string
  /** The name in `pg_type`, of the elements of an array: `varchar`. */
  readonly baseType: string
  readonly isArray: boolean
  /** `SERIAL` and its kin: an integer with an identity. */
  readonly serial: boolean
  /** A type of the module or an extension, to be found in the catalog. */
  readonly custom: CustomType | undefined
}

export interface CustomType {
  readonly schema: string | undefined
  readonly name: string
  readonly modifiers: string
}

/** How a type is written: its name in `format_type` and in `pg_type`, and what it takes in (). */
interface KnownType {
  readonly text: string
  readonly baseType: string
  readonly modifiers: number
  /** `time(3) with time zone` has its precision in the middle. */
  readonly suffix?: string
}

function type(text: string, baseType: string, modifiers = 0, suffix?: string): KnownType {
  return { text, baseType, modifiers, suffix }
}

const VARCHAR = type('character varying', 'varchar', 1)
const CHAR = type('character', 'bpchar', 1)
const NUMERIC = type('numeric', 'numeric', 2)
const TIMESTAMP = type('timestamp', 'timestamp', 1, ' without time zone')
const TIMESTAMPTZ = type('timestamp', 'timestamptz', 1, ' with time zone')
const TIME = type('time', 'time', 1, ' without time zone')
const TIMETZ = type('time', 'timetz', 1, ' with time zone')
const VARBIT = type('bit varying', 'varbit', 1)

const SAME_NAME = [
  'bytea',
  'uuid',
  'json',
  'jsonb',
  'xml',
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'money',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
  'tsvector',
  'tsquery',
  'text',
  'date',
  'oid',
  'jsonpath',
  'pg_lsn',
  'int4range',
  'int8range',
  'numrange',
  'tsrange',
  'tstzrange',
  'daterange',
  'int4multirange',
  'int8multirange',
  'nummultirange',
  'tsmultirange',
  'tstzmultirange',
  'datemultirange',
]

const KNOWN: ReadonlyMap<string, KnownType> = new Map([
  ...SAME_NAME.map((name): [string, KnownType] => [name, type(name, name)]),
  ['smallint', type('smallint', 'int2')],
  ['int2', type('smallint', 'int2')],
  ['integer', type('integer', 'int4')],
  ['int', type('integer', 'int4')],
  ['int4', type('integer', 'int4')],
  ['bigint', type('bigint', 'int8')],
  ['int8', type('bigint', 'int8')],
  ['real', type('real', 'float4')],
  ['float4', type('real', 'float4')],
  ['double precision', type('double precision', 'float8')],
  ['float8', type('double precision', 'float8')],
  ['float', type('double precision', 'float8')],
  ['numeric', NUMERIC],
  ['decimal', NUMERIC],
  ['boolean', type('boolean', 'bool')],
  ['bool', type('boolean', 'bool')],
  ['character varying', VARCHAR],
  ['varchar', VARCHAR],
  ['character', CHAR],
  ['char', CHAR],
  ['timestamp', TIMESTAMP],
  ['timestamp without time zone', TIMESTAMP],
  ['timestamp with time zone', TIMESTAMPTZ],
  ['timestamptz', TIMESTAMPTZ],
  ['time', TIME],
  ['time without time zone', TIME],
  ['time with time zone', TIMETZ],
  ['timetz', TIMETZ],
  ['interval', type('interval', 'interval', 1)],
  ['bit', type('bit', 'bit', 1)],
  ['bit varying', VARBIT],
  ['varbit', VARBIT],
])

const SERIALS: ReadonlyMap<string, KnownType> = new Map([
  ['smallserial', type('smallint', 'int2')],
  ['serial2', type('smallint', 'int2')],
  ['serial', type('integer', 'int4')],
  ['serial4', type('integer', 'int4')],
  ['bigserial', type('bigint', 'int8')],
  ['serial8', type('bigint', 'int8')],
])

const WORDS = '[a-z_][a-z0-9_]*(?: [a-z][a-z0-9_]*)*'
const GRAMMAR = new RegExp(
  `^(?:([a-z_][a-z0-9_]*)\\.)?(${WORDS})(?: ?\\( ?([a-z0-9]+(?: ?, ?-?[a-z0-9]+)*) ?\\))?` +
    '( with(?:out)? time zone)?((?: ?\\[(?:\\d*)\\])*)$',
)

/**
 * Takes a type apart by a strict grammar: name, lengths in parentheses, `[]`.
 * @throws PlataformaError `PLT_TYPE_INVALID`
 */
export function parseColumnType(column: string, input: unknown): ColumnType {
  const text = typeof input === 'string' ? input.trim().replace(/\s+/g, ' ').toLowerCase() : ''
  const parts = GRAMMAR.exec(text)
  if (parts === null) throw invalid(column, input, 'it is no type')
  const [, schema, words = '', modifiers = '', zone = '', arrays = ''] = parts
  const name = `${words}${zone}`
  const isArray = arrays !== ''
  const serial = schema === undefined ? SERIALS.get(name) : undefined
  const numbers = modifiers === '' ? [] : modifiers.split(',').map((part) => part.trim())
  const builtIn = schema === undefined || schema === 'pg_catalog'
  const known = builtIn ? knownType(name, numbers) : undefined
  if (serial !== undefined) {
    if (isArray || numbers.length > 0) throw invalid(column, input, 'a serial takes nothing more')
    return { ...serial, isArray, serial: true, custom: undefined }
  }
  if (known === undefined) {
    if (zone !== '' || words.includes(' ')) {
      throw invalid(column, input, 'PostgreSQL has no such type', suggestion(name, KNOWN.keys()))
    }
    const custom = { schema, name: words, modifiers: numbers.join(',') }
    return { text, baseType: words, isArray, serial: false, custom }
  }
  const taken = name === 'float' ? 1 : known.modifiers
  if (numbers.length > taken || !numbers.every((number) => /^-?\d{1,9}$/.test(number))) {
    throw invalid(column, input, 'its length or precision is not valid')
  }
  const { baseType, suffix = '' } = known
  const length = known.modifiers === 0 ? '' : modifiersText(known, numbers)
  const element = `${known.text}${length}${suffix}`
  const brackets = isArray ? '[]' : ''
  return { text: element + brackets, baseType, isArray, serial: false, custom: undefined }
}

function knownType(name: string, numbers: readonly string[]): KnownType | undefined {
  return name === 'float' && Number(numbers[0] ?? 53) <= 24 ? KNOWN.get('real') : KNOWN.get(name)
}

/** The error of a type that the catalog does not have either. */
export function unknownType(column: string, input: string): PlataformaError {
  return invalid(
    column,
    input,
    'neither PostgreSQL nor the module has such a type',
    suggestion(input, KNOWN.keys()),
  )
}

/** With what `format_type` fills in where it is left out. */
function modifiersText({ baseType }: KnownType, numbers: readonly string[]): string {
  const [first, second] = numbers
  if (first === undefined) return baseType === 'bpchar' || baseType === 'bit' ? '(1)' : ''
  return baseType === 'numeric' ? `(${first},${second ?? '0'})` : `(${first})`
}

function invalid(column: string, input: unknown, problem: string, hint = ''): PlataformaError {
  return new PlataformaError(
    'PLT_TYPE_INVALID',
    `Column "${column}" has the type ${shownValue(input)}: ${problem}.${hint}`,
    {
      remedy:
        'Use a type of PostgreSQL such as UUID, TEXT, VARCHAR(255), NUMERIC(12,2), TIMESTAMPTZ or TEXT[].',
      column,
      details: { type: input },
    },
  )
}
