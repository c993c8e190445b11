import { sql } from 'kysely'
import { unitsOf } from '../place/units-of.js'
import { type ComposedScript, MARK } from './compose-script.js'
import type { MigrationSession } from './migration-session.js'

/** Where in the migration's text something went wrong. */
export interface StatementPlace {
  /** From 0; as many as there are statements: in what was checked at the end of the transaction. */
  readonly statement: number | undefined
  /** Characters before the place in the migration's text; `undefined` where nobody can tell. */
  readonly offset: number | undefined
}

/**
 * Finds the statement at which a script failed, after its ROLLBACK, by the server's position or by
 * the last mark, and takes that mark away.
 */
export async function statementPlace(
  session: MigrationSession,
  script: ComposedScript,
  error: unknown,
): Promise<StatementPlace> {
  const mark = await takeMark(session)
  const position = positionOf(error)
  if (position !== undefined) {
    const place = placeAt(script, position)
    if (place !== undefined) return place
  }
  if (mark === undefined) return { statement: undefined, offset: undefined }
  return { statement: mark, offset: script.statements[mark]?.offset }
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
function positionOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('position' in error)) return undefined
  const position = Number(error.position)
  return Number.isInteger(position) && position > 0 ? position : undefined
}

function placeAt(script: ComposedScript, position: number): StatementPlace | undefined {
  const at = unitsOf(script.text, position - 1)
  const statement = script.offsets.findLastIndex((offset) => offset <= at)
  const found = script.statements[statement]
  if (found === undefined) return undefined
  const into = at - (script.offsets[statement] ?? 0)
  // Beyond it stands what was put between the statements.
  if (into > found.text.length) return undefined
  return { statement, offset: found.offset + into }
}
