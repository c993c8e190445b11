import { PlataformaError } from '../error/plataforma-error.js'
import { shownValue } from '../error/shown-value.js'

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u
const MAX_BYTES = 63
const SYSTEM_COLUMNS: ReadonlySet<string> = new Set([
  'ctid',
  'cmax',
  'cmin',
  'tableoid',
  'xmax',
  'xmin',
])

/** What an identifier names. */
export type Named = 'table' | 'column' | 'constraint' | 'index'

/**
 * The name, where PostgreSQL would keep it as it is: letters, digits and `_`, at most 63 bytes.
 * @throws PlataformaError `PLT_IDENTIFIER_INVALID`
 */
export function checkIdentifier(named: Named, name: unknown): string {
  const problem = problemOf(named, name)
  if (problem === undefined) return String(name)
  throw new PlataformaError(
    'PLT_IDENTIFIER_INVALID',
    `${shownValue(name)} is no name for a ${named}: ${problem}.`,
    {
      remedy: `Use letters, digits and _, a letter first, at most ${MAX_BYTES} bytes.`,
      details: { name },
    },
  )
}

function problemOf(named: Named, name: unknown): string | undefined {
  if (typeof name !== 'string') return 'it is no text'
  if (!IDENTIFIER.test(name)) return 'it has other characters than letters, digits and _'
  if (Buffer.byteLength(name) > MAX_BYTES) return `it is longer than ${MAX_BYTES} bytes`
  if (named === 'table' && /^pg_/i.test(name)) return 'names with pg_ are PostgreSQL’s own'
  if (named === 'column' && SYSTEM_COLUMNS.has(name)) return 'every table has a system column so'
  return undefined
}
