import { sql } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Isolation } from './isolation.js'
import { quoteIdentifier } from './server-facts.js'

/**
 * Runs the administrator's set-up work; a refusal of the server becomes an error that says which
 * SQL mends it.
 *
 * @throws PlataformaError `PLT_PRIVILEGES_MISSING`
 */
export async function explainingPrivileges<T>(
  isolation: Isolation,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isRefusal(error)) throw error
    throw new PlataformaError(
      'PLT_PRIVILEGES_MISSING',
      `The administrator ${quoteIdentifier(isolation.server.administrator)} was refused: ${error.message}.`,
      { cause: error, sqlState: error.code, remedy: await remedy(isolation) },
    )
  }
}

function isRefusal(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && error.code === '42501'
}

/** Most often another administrator made the roles, and on 16 and later they are its own. */
async function remedy(isolation: Isolation): Promise<string> {
  const { db, names, server } = isolation
  const administrator = quoteIdentifier(server.administrator)
  const { rows } = await sql<{ name: string }>`
    SELECT rolname::text AS name FROM pg_catalog.pg_roles
    WHERE starts_with(rolname, ${`${names.prefix}_`}) AND ${server.versionNum >= 160_000}
      AND NOT pg_has_role(current_user, oid, 'MEMBER WITH ADMIN OPTION')
    ORDER BY rolname`.execute(db)
  if (rows.length === 0) {
    return `Let ${administrator} own the database, its schemas "plataforma", "extensions" and "module_…", and what is in them.`
  }
  const roles = rows.map((row) => quoteIdentifier(row.name)).join(', ')
  return `GRANT ${roles} TO ${administrator} WITH ADMIN OPTION;`
}
