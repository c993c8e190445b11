/** SQL's three truth values. */
type Truth = boolean | null

type Row = Readonly<Record<string, unknown>>
type FilterObject = Readonly<Record<string, unknown>>

/** What a filter says of a row by SQL's rules, worked out in memory. */
export function evaluateFilter(filter: FilterObject, row: Row): Truth {
  return all(
    Object.entries(filter).map(([key, value]) => {
      if (key === '$and') return all(filters(value).map((part) => evaluateFilter(part, row)))
      if (key === '$or') return any(filters(value).map((part) => evaluateFilter(part, row)))
      if (key === '$not') return not(evaluateFilter(value as FilterObject, row))
      return column(value, row[key])
    }),
  )
}

function filters(value: unknown): readonly FilterObject[] {
  return value as readonly FilterObject[]
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false
  return truths.includes(null) ? null : true
}

function any(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true
  return truths.includes(null) ? null : false
}

function not(truth: Truth): Truth {
  return truth === null ? null : !truth
}

function column(filter: unknown, stored: unknown): Truth {
  const isOperators =
    typeof filter === 'object' && filter !== null && !Array.isArray(filter) && !isDate(filter)
  if (!isOperators) return operator('$eq', filter, stored)
  return all(
    Object.entries(filter).map(([name, value]) =>
      name === '$not' ? not(column(value, stored)) : operator(name, value, stored),
    ),
  )
}

function isDate(value: unknown): value is Date {
  return value instanceof Date
}

function operator(name: string, value: unknown, stored: unknown): Truth {
  switch (name) {
    case '$eq':
      return value === null ? stored === null : compared(stored, value, (sign) => sign === 0)
    case '$ne':
      return value === null ? stored !== null : compared(stored, value, (sign) => sign !== 0)
    case '$gt':
      return compared(stored, value, (sign) => sign > 0)
    case '$gte':
      return compared(stored, value, (sign) => sign >= 0)
    case '$lt':
      return compared(stored, value, (sign) => sign < 0)
    case '$lte':
      return compared(stored, value, (sign) => sign <= 0)
    case '$between': {
      const [low, high] = value as [unknown, unknown]
      return all([operator('$gte', low, stored), operator('$lte', high, stored)])
    }
    case '$isNull':
      return (stored === null) === value
    case '$in':
      return any((value as unknown[]).map((one) => operator('$eq', one, stored)))
    case '$nin':
      return all((value as unknown[]).map((one) => operator('$ne', one, stored)))
    case '$like':
      return typeof stored === 'string' ? like(stored, String(value), 's') : null
    case '$ilike':
      return typeof stored === 'string' ? like(stored, String(value), 'is') : null
    case '$contains':
      return contained(value, stored)
    case '$containedBy':
      return contained(stored, value)
    case '$overlaps':
      return Array.isArray(stored) ? list(value).some((one) => stored.includes(one)) : null
    default:
      throw new Error(`no oracle for ${name}`)
  }
}

function list(value: unknown): readonly unknown[] {
  return value as readonly unknown[]
}

function contained(inner: unknown, outer: unknown): Truth {
  if (!Array.isArray(inner) || !Array.isArray(outer)) return null
  return inner.every((one) => outer.includes(one))
}

function compared(stored: unknown, value: unknown, holds: (sign: number) => boolean): Truth {
  if (stored === null) return null
  return holds(sign(stored, value))
}

/** As under the C collation: text by its UTF-8 bytes. */
function sign(left: unknown, right: unknown): number {
  if (isDate(left) && isDate(right)) return left.getTime() - right.getTime()
  const [cents, otherCents] = [inCents(left), inCents(right)]
  if (cents !== undefined && otherCents !== undefined) return Number(cents - otherCents)
  return Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)))
}

/** Numbers of up to two decimals, exactly. */
function inCents(value: unknown): bigint | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(String(value))
  if (parts === null) return undefined
  const cents = BigInt(parts[2] ?? 0) * 100n + BigInt((parts[3] ?? '').padEnd(2, '0'))
  return parts[1] === '-' ? -cents : cents
}

function like(text: string, pattern: string, flags: string): boolean {
  let source = ''
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (character === '%') source += '.*'
    else if (character === '_') source += '.'
    else source += escaped(character === '\\' ? (characters[++at] ?? '') : character)
  }
  return new RegExp(`^${source}$`, `${flags}u`).test(text)
}

function escaped(character: string): string {
  return /[a-z0-9\s]/i.test(character)
    ? character
    : `\\u{${character.codePointAt(0)?.toString(16)}}`
}
