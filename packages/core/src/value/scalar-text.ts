import { dateText, timestampText, timestamptzText } from './timestamp-text.js'

/** The text that the server reads as the value, or `undefined` where the value does not fit. */
export type ScalarText = (value: unknown) => string | undefined

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i
// Exact as a number of JavaScript, and written as the server writes it.
const SHORT_INTEGER = /^[1-9]\d{0,14}$/
/*
 * No two unbounded parts of a pattern take the same characters: a long text that does not fit would
 * be tried in every way that they can share it.
 */
const INTEGER = /^\s*[+-]?0*\d{1,19}\s*$/
const DECIMAL = /^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i
const NOT_FINITE = /^\s*([+-]?(Infinity|inf)|NaN)\s*$/i
const DATE = /^(\d{4,7})-(\d{2})-(\d{2})(?:[ T](\S.*?))??( BC)?$/i
const CLOCK = /^\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|UTC|[+-]\d{2}(:?\d{2}){0,2})?$/i
const ESCAPED_NUL = /(?<!\\)(\\\\)*\\u0000/
const INFINITE = /^\s*[+-]?infinity\s*$/i

function integer(min: bigint, max: bigint): ScalarText {
  const least = Number(min)
  const most = Number(max)
  return (value) => {
    if (typeof value === 'number') {
      return Number.isSafeInteger(value) && value >= least && value <= most ? `${value}` : undefined
    }
    if (typeof value === 'bigint') return value >= min && value <= max ? `${value}` : undefined
    if (typeof value !== 'string') return undefined
    if (SHORT_INTEGER.test(value)) return Number(value) <= most ? value : undefined
    if (!INTEGER.test(value)) return undefined
    const parsed = BigInt(value.trim().replace(/^\+/, ''))
    return parsed >= min && parsed <= max ? `${parsed}` : undefined
  }
}

function decimal(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value !== 'string') return undefined
  return DECIMAL.test(value) || NOT_FINITE.test(value) ? value : undefined
}

function float(value: unknown): string | undefined {
  return Object.is(value, -0) ? '-0' : decimal(value)
}

function boolean(value: unknown): string | undefined {
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  return typeof value === 'string' && /^(t|true|f|false)$/i.test(value) ? value : undefined
}

/** A NUL or half a surrogate pair cannot be stored: it would be refused or silently replaced. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed() ? undefined : value
  }
  const simple =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
  return simple ? String(value) : undefined
}

function calendar(write: (date: Date) => string): ScalarText {
  return (value) => {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : write(value)
    return typeof value === 'string' && isCalendarText(value) ? value : undefined
  }
}

function isCalendarText(value: string): boolean {
  const parts = DATE.exec(value.trim())
  if (parts === null) return INFINITE.test(value)
  const [, year, month, day, clock] = parts
  if (clock !== undefined && !CLOCK.test(clock)) return false
  const years = Number(year) - (parts[5] === undefined ? 0 : 1)
  const date = new Date(0)
  date.setUTCFullYear(years % 400, Number(month) - 1, Number(day))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}

function json(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function jsonb(value: unknown): string | undefined {
  const written = json(value)
  return written?.includes('\\u0000') && ESCAPED_NUL.test(written) ? undefined : written
}

function bytes(value: unknown): string | undefined {
  if (value instanceof Uint8Array) {
    return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`
  }
  return typeof value === 'string' && /^\\x([0-9a-f]{2})*$/i.test(value) ? value : undefined
}

/** Values that `pg` reads into objects write themselves back. */
function written(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return text(value)
  if ('toPostgres' in value && typeof value.toPostgres === 'function') {
    return text(value.toPostgres(String))
  }
  return undefined
}

function point(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return text(value)
  return 'x' in value && 'y' in value ? `(${Number(value.x)},${Number(value.y)})` : undefined
}

const uuid: ScalarText = (value) =>
  typeof value === 'string' && UUID.test(value) ? value : undefined

const BY_TYPE: ReadonlyMap<string, ScalarText> = new Map([
  ['uuid', uuid],
  ['int2', integer(-32_768n, 32_767n)],
  ['int4', integer(-2_147_483_648n, 2_147_483_647n)],
  ['int8', integer(-(2n ** 63n), 2n ** 63n - 1n)],
  ['numeric', decimal],
  ['float4', float],
  ['float8', float],
  ['bool', boolean],
  ['date', calendar(dateText)],
  ['timestamp', calendar(timestampText)],
  ['timestamptz', calendar(timestamptzText)],
  ['json', json],
  ['jsonb', jsonb],
  ['bytea', bytes],
  ['point', point],
  ...['text', 'varchar', 'bpchar', 'citext', 'name'].map((type): [string, ScalarText] => [
    type,
    text,
  ]),
])

/** How values of a type of `pg_type` are written; types without a rule are written as text. */
export function scalarText(baseType: string): ScalarText {
  return BY_TYPE.get(baseType) ?? written
}
