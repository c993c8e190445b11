import type { WireResult } from './wire-statement.js'

/**
 * Whether a text without parameters may hold several statements. Like `pg`, such a text goes by the
 * simple protocol; one whose only semicolon stands in a string does no worse there.
 */
export function mayBeScript(text: string): boolean {
  const semicolon = text.indexOf(';')
  return semicolon !== -1 && text.slice(semicolon + 1).trim() !== ''
}

/** Several results have no common rows; Kysely's own dialect reports none either. */
export function scriptResult(results: readonly WireResult[]): WireResult {
  const [only] = results
  return results.length === 1 && only !== undefined ? only : { command: '', rowCount: 0, rows: [] }
}
