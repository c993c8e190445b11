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
  /\b(execute|set_config|setseed|(query|table|cursor)_to_xml\w*|ts_stat|pg_(try_)?advisory_(un)?lock\w*)\b/i
const STATEMENT =
  /(^|;|\b(begin|then|else|loop)\b)\s*(set|reset|prepare|deallocate|discard|listen|unlisten|do|call|load)\s/i
const WORD = /[A-Za-z_]\w*/g

/**
 * Those of the functions, by oid, whose source can change the session, or names one that can.
 * What cannot be read may do anything, functions of extensions excepted.
 */
export function changesSession(functions: readonly FunctionSource[]): ReadonlySet<string> {
  const own = functions.filter(({ ofExtension }) => !ofExtension)
  const found = new Set<string>()
  const names = new Set<string>()
  const add = ({ oid, name }: FunctionSource) => {
    found.add(oid)
    names.add(name.toLowerCase())
  }
  for (const each of own) {
    if (!each.legible || CALL.test(each.text) || STATEMENT.test(each.text)) add(each)
  }
  for (let before = -1; before !== found.size && found.size > 0; ) {
    before = found.size
    for (const each of own) if (!found.has(each.oid) && mentions(each.text, names)) add(each)
  }
  return found
}

function mentions(text: string, names: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(WORD)) if (names.has(word.toLowerCase())) return true
  return false
}
