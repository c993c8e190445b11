import { type Kysely, sql } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'

/** What the set-up must know of the server and of the login that it works with. */
export interface ServerFacts {
  /** As `server_version_num`: 150018 for 15.18. */
  readonly versionNum: number
  readonly database: string
  /** The role that the administrator's statements run as. */
  readonly administrator: string
  readonly isSuperuser: boolean
  readonly mayCreateRoles: boolean
  readonly ownsDatabase: boolean
  /** Whether every login of the cluster may connect. */
  readonly publicMayConnect: boolean
}

/** Asks the server, in one statement. */
export async function readServerFacts(db: Kysely<unknown>): Promise<ServerFacts> {
  const { rows } = await sql<ServerFacts>`
    SELECT
      current_setting('server_version_num')::int AS "versionNum",
      d.datname::text AS "database",
      r.rolname::text AS "administrator",
      r.rolsuper AS "isSuperuser",
      r.rolsuper OR r.rolcreaterole AS "mayCreateRoles",
      r.rolsuper OR pg_has_role(r.oid, d.datdba, 'USAGE') AS "ownsDatabase",
      has_database_privilege('public', d.oid, 'CONNECT') AS "publicMayConnect"
    FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
    WHERE r.rolname = current_user AND d.datname = current_database()`.execute(db)
  const [facts] = rows
  if (facts !== undefined) return facts
  throw new PlataformaError('PLT_INTERNAL', 'The server does not know its own user.')
}

/**
 * Refuses an administrator that cannot set the isolation up.
 *
 * @throws PlataformaError `PLT_PRIVILEGES_MISSING` with the SQL that mends it as `remedy`.
 */
export function assertAdministrator(server: ServerFacts): void {
  const name = quoteIdentifier(server.administrator)
  const sqls = [
    server.mayCreateRoles ? undefined : `ALTER ROLE ${name} CREATEROLE;`,
    server.ownsDatabase
      ? undefined
      : `ALTER DATABASE ${quoteIdentifier(server.database)} OWNER TO ${name};`,
  ].filter((line) => line !== undefined)
  if (sqls.length === 0) return
  throw new PlataformaError(
    'PLT_PRIVILEGES_MISSING',
    `The login ${name} must be allowed to create roles and own the database.`,
    { remedy: sqls.join(' ') },
  )
}

/** An identifier for a text that a person runs; statements of ours use `sql.id`. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
