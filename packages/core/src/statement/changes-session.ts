/** A function as its author wrote it. */
export interface FunctionSource {
  readonly oid: string
  readonly name: string
  /** In SQL or PL/pgSQL. */
  readonly legible: boolean
  readonly text: string
  readonly ofExtension: boolean
}

/** Calls that stay with the session, or run a text that may hold one. */
const CALL =
  /\b(execute|set_config|setseed|(query|table|cursor)_to_xml\w*|ts_stat|pg_(try_)?advisory_(un)?lock\w*|with\s+hold)\b/i
/** White space and comments, which can be read in one way only. */
const GAP = String.raw`(\s|--[^\n]*(\n|$)|/\*([^*]|\*(?!/))*\*/)`
const STATEMENT = new RegExp(
  String.raw`(^|;|\b(begin|then|else|loop)\b)${GAP}*` +
    `(set|reset|prepare|deallocate|discard|listen|unlisten|do|call|load)${GAP}`,
  'i',
)
const WORD = /[A-Za-z_]\w*/g

/**
 * Those of the functions, by oid, whose source can change the session, or names one that can or one
 * of the relations, behind which there is such code. What cannot be read may do anything, functions
 * of extensions excepted.
 */
export function changesSession(
  functions: readonly FunctionSource[],
  relations: Iterable<string> = [],
): ReadonlySet<string> {
  const own = functions.filter(({ ofExtension }) => !ofExtension)
  const found = new Set<string>()
  const names = new Set<string>()
  for (const name of relations) names.add(name.toLowerCase())
  const add = ({ oid, name }: FunctionSource) => {
    found.add(oid)
    names.add(name.toLowerCase())
  }
  for (const each of own) {
    if (!each.legible || CALL.test(each.text) || STATEMENT.test(each.text)) add(each)
  }
  for (let before = -1; before !== found.size && names.size > 0; ) {
    before = found.size
    for (const each of own) if (!found.has(each.oid) && mentions(each.text, names)) add(each)
  }
  return found
}

function mentions(text: string, names: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(WORD)) if (names.has(word.toLowerCase())) return true
  return false
}
