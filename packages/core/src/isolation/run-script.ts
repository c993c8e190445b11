import { type Kysely, type RawBuilder, sql } from 'kysely'

/**
 * Runs statements that have no parameters in one round trip. None of them may hold a semicolon of
 * somebody else's.
 */
export async function runScript(
  trx: Kysely<unknown>,
  statements: readonly RawBuilder<unknown>[],
): Promise<void> {
  if (statements.length > 0) await sql.join(statements, sql.raw(';\n')).execute(trx)
}
