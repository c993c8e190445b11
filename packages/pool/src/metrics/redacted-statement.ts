/** More is not looked at: what begins alike for so long is counted as one. */
const MOST_READ = 100_000
const MOST_KEPT = 4_000

/** In this order: comments and quotes hide what looks like anything else. */
const TOKENS = [
  /--[^\n\r]*/y,
  /\/\*/y,
  /\$(?<tag>[^\W\d][\w\u0080-\uffff]*)?\$/y,
  /(?<![\w$\u0080-\uffff])(?<escapes>e)?'|(?:u&|[bxn])?'/iy,
  /"(?:[^"]|"")*"/y,
  /\$\d+/y,
  /(?<![\w$\u0080-\uffff])(?:0[box][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)/iy,
  /[\w$\u0080-\uffff]+/y,
  /\s+/y,
] as const

const CUT = ' …'

/**
 * A statement with `$1`, `$2`, … for its literals and without comments, also where it is no valid
 * SQL. Where it is not clear what ends a literal, the rest is left out.
 */
export function redactedStatement(text: string): string {
  const read = text.slice(0, MOST_READ)
  let next = highestParameter(read) + 1
  let redacted = ''
  let at = 0
  while (at < read.length && redacted.length <= MOST_KEPT) {
    const token = tokenAt(read, at)
    if (token.kind === 'literal' || token.kind === 'unclear') {
      redacted += `$${next}`
      next += 1
    } else if (token.kind === 'space') {
      if (redacted !== '' && !redacted.endsWith(' ')) redacted += ' '
    } else redacted += read.slice(at, token.end)
    if (token.kind === 'unclear') return withoutLists(redacted) + CUT
    at = token.end
  }
  const short = withoutLists(redacted.trimEnd())
  return short.length <= MOST_KEPT && at >= text.length
    ? short
    : `${short.slice(0, MOST_KEPT).trimEnd()}${CUT}`
}

interface Token {
  /** `unclear`: nobody knows where it ends. */
  readonly kind: 'literal' | 'space' | 'other' | 'unclear'
  readonly end: number
}

function tokenAt(text: string, at: number): Token {
  const [line, block, dollar, quote, identifier, parameter, number, word, space] = TOKENS
  const match = (token: RegExp) => {
    token.lastIndex = at
    return token.exec(text)
  }
  const found = (token: RegExp) => {
    const end = at + (match(token)?.[0].length ?? 0)
    return end > at ? end : undefined
  }
  const blank = found(space) ?? found(line)
  if (blank !== undefined) return { kind: 'space', end: blank }
  if (match(block)) return afterComment(text, at)
  const opened = match(dollar)
  if (opened) {
    const end = text.indexOf(opened[0], at + opened[0].length)
    if (end === -1) return { kind: 'unclear', end: text.length }
    return { kind: 'literal', end: end + opened[0].length }
  }
  const quoted = match(quote)
  if (quoted) return afterString(text, at + quoted[0].length, Boolean(quoted.groups?.escapes))
  const literal = found(number)
  if (literal !== undefined) return { kind: 'literal', end: literal }
  const named = found(identifier) ?? found(parameter) ?? found(word)
  if (named !== undefined) return { kind: 'other', end: named }
  return text[at] === '"' ? { kind: 'unclear', end: text.length } : { kind: 'other', end: at + 1 }
}

/** They nest. */
function afterComment(text: string, from: number): Token {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    if (text.startsWith('/*', at)) depth += 1
    else if (text.startsWith('*/', at)) depth -= 1
    else continue
    at += 1
    if (depth === 0) return { kind: 'space', end: at + 1 }
  }
  return { kind: 'unclear', end: text.length }
}

function afterString(text: string, from: number, escapes: boolean): Token {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') {
      // What it means in a plain string depends on a setting of the session.
      if (!escapes && text[at + 1] === "'") break
      if (escapes) at += 1
    } else if (text[at] === "'") {
      if (text[at + 1] !== "'") return { kind: 'literal', end: at + 1 }
      at += 1
    }
  }
  return { kind: 'unclear', end: text.length }
}

function highestParameter(text: string): number {
  let highest = 0
  for (const [, number] of text.matchAll(/\$(\d{1,5})(?!\w)/g)) {
    highest = Math.max(highest, Number(number))
  }
  return highest
}

/** Lists of values differ in length from call to call. */
function withoutLists(text: string): string {
  return text
    .replace(/(\$\d+)(?:::\w+)?(?: ?, ?\$\d+(?:::\w+)?)+/g, '$1, …')
    .replace(/(\([^()]*\))(?: ?, ?\([^()]*\))+/g, (all, first: string) =>
      /\$\d/.test(first) ? `${first}, …` : all,
    )
}
