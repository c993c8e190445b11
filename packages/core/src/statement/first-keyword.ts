const TAB = 9
const CARRIAGE_RETURN = 13
const LINE_FEED = 10
const SPACE = 32
const DOLLAR = 36
const PAREN = 40
const STAR = 42
const DASH = 45
const SLASH = 47
const UNDERSCORE = 95
const FIRST_BEYOND_ASCII = 128

/**
 * The first keyword of a text in upper case, found as PostgreSQL's scanner (scan.l) finds it:
 * behind white space, comments (block comments nest) and opening parentheses. `undefined` where
 * the first token is something else, or a comment never ends. A word beyond ASCII is an
 * identifier there, byte order marks and Unicode spaces included, and never a keyword.
 *
 * @example
 * firstKeyword('/* /* *\/ SELECT *\/ do $$ begin end $$') // 'DO'
 */
export function firstKeyword(sql: string): string | undefined {
  const start = startOfToken(sql)
  if (start < 0 || !startsIdentifier(sql.charCodeAt(start))) return undefined
  let end = start
  for (let code = sql.charCodeAt(end); continuesIdentifier(code); code = sql.charCodeAt(++end)) {
    if (code >= FIRST_BEYOND_ASCII) return undefined
  }
  return sql.slice(start, end).toUpperCase()
}

/** Where the first token that is no opening parenthesis begins; -1 where there is none. */
function startOfToken(sql: string): number {
  let at = 0
  while (at < sql.length) {
    const code = sql.charCodeAt(at)
    if (code === SPACE || (code >= TAB && code <= CARRIAGE_RETURN) || code === PAREN) {
      at++
    } else if (code === DASH && sql.charCodeAt(at + 1) === DASH) {
      at = endOfLine(sql, at + 2)
    } else if (code === SLASH && sql.charCodeAt(at + 1) === STAR) {
      at = endOfBlockComment(sql, at + 2)
      if (at < 0) return -1
    } else {
      return at
    }
  }
  return -1
}

function endOfLine(sql: string, from: number): number {
  let at = from
  while (at < sql.length) {
    const code = sql.charCodeAt(at)
    if (code === LINE_FEED || code === CARRIAGE_RETURN) return at
    at++
  }
  return at
}

function endOfBlockComment(sql: string, from: number): number {
  let depth = 1
  let at = from
  while (at < sql.length) {
    const code = sql.charCodeAt(at)
    if (code === SLASH && sql.charCodeAt(at + 1) === STAR) {
      depth++
      at += 2
    } else if (code === STAR && sql.charCodeAt(at + 1) === SLASH) {
      depth--
      at += 2
      if (depth === 0) return at
    } else {
      at++
    }
  }
  return -1
}

function startsIdentifier(code: number): boolean {
  const lower = code | 32
  return (lower >= 97 && lower <= 122) || code === UNDERSCORE || code >= FIRST_BEYOND_ASCII
}

function continuesIdentifier(code: number): boolean {
  return startsIdentifier(code) || (code >= 48 && code <= 57) || code === DOLLAR
}
