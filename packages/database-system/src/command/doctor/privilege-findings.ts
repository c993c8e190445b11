import type { Finding } from '@plataforma/core'
import { type Kysely, sql } from 'kysely'

interface Privileges {
  readonly user: string
  readonly database: string
  readonly isSuperuser: boolean
  readonly createsRoles: boolean
  readonly ownsDatabase: boolean
  readonly alterRole: string
  readonly alterDatabase: string
}

/** Whether the administrator's login can do what setting modules up takes. */
export async function privilegeFindings(db: Kysely<unknown>): Promise<readonly Finding[]> {
  const { rows } = await sql<Privileges>`
    SELECT
      r.rolname::text AS "user",
      d.datname::text AS "database",
      r.rolsuper AS "isSuperuser",
      r.rolsuper OR r.rolcreaterole AS "createsRoles",
      r.rolsuper OR pg_has_role(r.oid, d.datdba, 'USAGE') AS "ownsDatabase",
      format('ALTER ROLE %I CREATEROLE;', r.rolname) AS "alterRole",
      format('ALTER DATABASE %I OWNER TO %I;', d.datname, r.rolname) AS "alterDatabase"
    FROM pg_catalog.pg_roles AS r, pg_catalog.pg_database AS d
    WHERE r.rolname = current_user AND d.datname = current_database()`.execute(db)
  return rows.flatMap(judge)
}

function judge(login: Privileges): readonly Finding[] {
  const { user, database } = login
  const findings: Finding[] = []
  if (!login.createsRoles) {
    findings.push({
      id: 'privilege-create-roles',
      grade: 'error',
      message: `The login ${user} may not create roles, and modules need roles.`,
      remedy: 'As a superuser:',
      sql: login.alterRole,
    })
  }
  if (!login.ownsDatabase) {
    findings.push({
      id: 'privilege-own-database',
      grade: 'error',
      message: `The login ${user} does not own the database ${database}.`,
      remedy: 'As a superuser:',
      sql: login.alterDatabase,
    })
  }
  if (findings.length > 0) return findings
  if (login.isSuperuser) {
    return [
      {
        id: 'privilege-superuser',
        grade: 'info',
        message: `The login ${user} is a superuser, which is more than the system needs.`,
        remedy: 'Use a login with CREATEROLE that owns the database.',
      },
    ]
  }
  return [{ id: 'privileges', grade: 'ok', message: `The login ${user} has what it needs.` }]
}
