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
  const statement = mark === undefined ? undefined : script.statements[mark]
  const inside = statement && positionInside(statement, error)
  // In the body of DO the server has counted from the begin of all that was sent.
  const sent = position ?? (statement?.tag === 'DoStmt' ? inside : undefined)
  const place = sent === undefined ? undefined : placeAt(script, sent)
  if (place !== undefined) return place
  if (statement === undefined) return { statement: mark, offset: undefined }
  const into = inside === undefined || sent !== undefined ? 0 : unitsOf(statement.text, inside - 1)
  return { statement: mark, offset: statement.offset + into }
}

/** Without marks a text is one statement, or what stands around all of them. */
function onlyOf({ statements }: ScriptText): number | undefined {
  return statements.length === 1 ? 0 : undefined
}

/** Where a function of ours has run the statement, the position is told as one inside of it. */
function positionInside({ text }: ScriptStatement, error: unknown): number | undefined {
  if (!(error instanceof Error) || !('internalQuery' in error)) return undefined
  const isOfStatement = String(error.internalQuery).trimEnd() === text
  return isOfStatement ? positionOf(error, 'internalPosition') : undefined
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
