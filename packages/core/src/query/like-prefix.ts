const LAST_CODE_POINT = 0x10ffff
const LAST_BEFORE_SURROGATES = 0xd7ff
const FIRST_AFTER_SURROGATES = 0xe000
/** An index tells no texts apart by more; a beginning of a beginning implies a range as well. */
const LONGEST = 1_000
const HALF_AT_THE_END = /[\ud800-\udbff]$/

/** The bytes that text with a prefix lies between: at least `low`, and below `high` if there is one. */
export interface PrefixRange {
  readonly low: string
  readonly high: string | undefined
}

/**
 * The range of UTF-8 text that a LIKE pattern's fixed beginning implies; `undefined` where the
 * pattern begins with a wildcard. `\` escapes, as in PostgreSQL.
 */
export function prefixRange(pattern: string): PrefixRange | undefined {
  const low = fixedPrefix(pattern)
  return low === '' ? undefined : { low, high: successor(low) }
}

function fixedPrefix(pattern: string): string {
  let prefix = ''
  for (let at = 0; at < pattern.length && prefix.length < LONGEST; at++) {
    const character = pattern[at]
    if (character === '%' || character === '_') break
    if (character === '\\') {
      at++
      if (at === pattern.length) break
    }
    prefix += pattern[at]
  }
  // Half a surrogate pair has no bytes of its own.
  return HALF_AT_THE_END.test(prefix) ? prefix.slice(0, -1) : prefix
}

/** The smallest text above all that begin with the prefix; UTF-8 sorts as its code points do. */
function successor(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === LAST_CODE_POINT) continue
    const next = last === LAST_BEFORE_SURROGATES ? FIRST_AFTER_SURROGATES : last + 1
    return String.fromCodePoint(...points, next)
  }
  return undefined
}
