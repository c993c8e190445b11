import type { LocalSetting } from '@plataforma/core'
import { escapeLiteral } from 'pg'
import type { Ground } from '../ground/ground.js'
import type { ScriptStatement } from '../script/migration-script.js'

/** One transaction's text for the simple protocol, up to where its outcome is written down. */
export interface ComposedScript {
  readonly text: string
  readonly statements: readonly ScriptStatement[]
  /** Characters before each statement in `text`. */
  readonly offsets: readonly number[]
  /** Whether its statements may take away what is prepared on the session. */
  readonly mayForget: boolean
}

/** A prepared statement outlives a rollback: the last one tells how far a script has come. */
export const MARK = 'plataforma_migration_at_'

/** Where there is no next statement: what is deferred, and the way back to the administrator. */
const CLOSING = `SET CONSTRAINTS ALL IMMEDIATE;
RESET ROLE; SELECT pg_catalog.set_config('search_path', 'pg_catalog', true),
  pg_catalog.set_config('client_encoding', 'UTF8', true)`

/** Begins a transaction with its settings. */
export function beginText(settings: readonly LocalSetting[]): string {
  return `BEGIN;\n${localSettings(settings)};\n`
}

/** Ends the part of a transaction that runs as the owner, with all that is deferred checked. */
export function closingText(): string {
  return CLOSING
}

/**
 * Puts a transaction's settings and statements into one text.
 *
 * @example
 * const script = composeScript(settings, statements, ground.releaseStatement)
 * await session.script(script.text)
 */
export function composeScript(
  settings: readonly LocalSetting[],
  statements: readonly ScriptStatement[],
  releaseStatement: Ground['releaseStatement'],
): ComposedScript {
  const offsets: number[] = []
  const marks = mayBeMarked(statements)
  let text = beginText(settings)
  for (const [index, statement] of statements.entries()) {
    if (marks) text += markText(index)
    const asAdministrator = statement.runsAs === 'administrator'
    if (asAdministrator) text += `${ADMINISTRATOR};\n`
    for (const change of statement.changes) {
      const release = releaseStatement(change)
      if (release !== undefined) text += `${release};\n`
    }
    offsets.push(text.length)
    // A comment may stand at the end of the statement.
    text += `${statement.text}\n;\n`
    if (asAdministrator) text += `${localSettings(settings)};\n`
  }
  if (marks && statements.length > 0) text += markText(statements.length)
  text += CLOSING
  if (marks && statements.length > 0) text += `;\nDEALLOCATE ${MARK}${statements.length}`
  return { text, statements, offsets, mayForget: !marks }
}

/** Would take the marks away as well. */
const FORGETS = /\b(?:deallocate|discard)\b/i

/** Characters that the server may copy for the marks: 0.1 s of its time. */
const MOST_COPIED = 100_000_000

/** Each mark costs the server a copy of the whole script. */
function mayBeMarked(statements: readonly ScriptStatement[]): boolean {
  const length = statements.reduce((sum, { text }) => sum + text.length, 0)
  return (
    statements.length * length <= MOST_COPIED &&
    statements.every((statement) => !FORGETS.test(statement.text))
  )
}

const ADMINISTRATOR = `SELECT pg_catalog.set_config('role', 'none', true),
  pg_catalog.set_config('search_path', 'extensions', true)`

function markText(index: number): string {
  const before = index === 0 ? '' : `DEALLOCATE ${MARK}${index - 1}; `
  return `${before}PREPARE ${MARK}${index} AS SELECT;\n`
}

function localSettings(settings: readonly LocalSetting[]): string {
  if (settings.length === 0) return 'SELECT'
  const calls = settings.map(
    ({ name, value }) =>
      `pg_catalog.set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, true)`,
  )
  return `SELECT ${calls.join(', ')}`
}
