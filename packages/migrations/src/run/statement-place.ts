import { sql } from 'kysely'
import { unitsOf } from '../place/units-of.js'
import type { ScriptStatement } from '../script/migration-script.js'
import { MARK, type ScriptText } from './compose-script.js'
import type { MigrationSession } from './migration-session.js'

/** Where in the migration's text something went wrong. */
export interface StatementPlace {
  /** From 0; as many as there are statements: in what was checked at the end of the transaction. */
  readonly statement: number | undefined
  /** Characters before the place in the migration's text; `undefined` where nobody can tell. */
  readonly offset: number | undefined
}

/**
 * Finds the statement at which a text of a script failed, after its ROLLBACK, by the server's
 * position or by the last mark, and takes that mark away.
 */
export async function statementPlace(
  session: MigrationSession,
  script: ScriptText,
  error: unknown,
): Promise<StatementPlace> {
  const mark = script.isMarked ? await takeMark(session) : onlyOf(script)
  const position = positionOf(error, 'position')
  if (position !== undefined) {
    const place = placeAt(script, position)
    if (place !== undefined) return place
  }
  if (mark === undefined) return { statement: undefined, offset: undefined }
  const statement = script.statements[mark]
  return { statement: mark, offset: statement && statement.offset + insideOf(statement, error) }
}

/** Without marks a text is one statement, or what stands around all of them. */
function onlyOf({ statements }: ScriptText): number | undefined {
  return statements.length === 1 ? 0 : undefined
}

/** Where a function has run the statement, the server tells the place in that function's text. */
function insideOf({ text }: ScriptStatement, error: unknown): number {
  const position = positionOf(error, 'internalPosition')
  if (position === undefined || !(error instanceof Error)) return 0
  const ran = 'internalQuery' in error ? String(error.internalQuery) : ''
  return ran.trimEnd() === text ? unitsOf(text, position - 1) : 0
}

async function takeMark(session: MigrationSession): Promise<number | undefined> {
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM pg_catalog.pg_prepared_statements WHERE starts_with(name, ${MARK})`.execute(
    session.db,
  )
  for (const { name } of rows) await sql`DEALLOCATE ${sql.id(name)}`.execute(session.db)
  const [last] = rows.map(({ name }) => Number(name.slice(MARK.length))).sort((a, b) => b - a)
  return last
}

/** In characters of the server, from 1, which are not UTF-16 units. */
function positionOf(error: unknown, name: 'position' | 'internalPosition'): number | undefined {
  if (!(error instanceof Error)) return undefined
  const position = Number((error as { readonly [name in typeof name]?: unknown })[name])
  return Number.isInteger(position) && position > 0 ? position : undefined
}

function placeAt(script: ScriptText, position: number): StatementPlace | undefined {
  const at = unitsOf(script.text, position - 1)
  const statement = script.offsets.findLastIndex((offset) => offset <= at)
  const found = script.statements[statement]
  if (found === undefined) return undefined
  const into = at - (script.offsets[statement] ?? 0)
  // Beyond it stands what was put between the statements.
  if (into > found.text.length) return undefined
  return { statement, offset: found.offset + into }
}
