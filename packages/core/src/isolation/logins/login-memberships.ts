import { type Kysely, sql } from 'kysely'
import type { Isolation } from '../isolation.js'
import { type OurLogin, ourLogins } from './our-logins.js'

/** A membership that one of our logins has, or gives, and should not. */
export interface StrayMembership {
  readonly role: string
  readonly member: string
  readonly grantor: string
  /** Whether both are roles of this database, so that nobody else can have meant it. */
  readonly ours: boolean
}

/**
 * What an administrator granted in error, or to look at something. Members that may create roles
 * anyway are left out: on 16 and later every creator is one.
 */
export async function strayMemberships(
  db: Kysely<unknown>,
  isolation: Isolation,
): Promise<readonly StrayMembership[]> {
  const { names } = isolation
  const logins = await ourLogins(db, isolation)
  const { rows } = await sql<Omit<StrayMembership, 'ours'>>`
    SELECT r.rolname::text AS role, m.rolname::text AS member,
      coalesce(g.rolname::text, '') AS grantor
    FROM pg_catalog.pg_auth_members AS a
      JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
      JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
      LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = a.grantor
    WHERE (r.rolname = ANY (${logins.map((login) => login.name)}::text[])
        OR m.rolname = ANY (${logins.map((login) => login.name)}::text[]))
      AND NOT m.rolcreaterole AND NOT m.rolsuper
    ORDER BY 1, 2`.execute(db)
  const known = new Map(logins.map((login) => [login.name, login]))
  return rows
    .filter(({ role, member }) => !isMeant(isolation, role, known.get(member)))
    .map((row) => ({ ...row, ours: row.role.startsWith(`${names.prefix}_`) }))
}

function isMeant({ names }: Isolation, role: string, member: OurLogin | undefined): boolean {
  if (member === undefined) return false
  const { identity } = member
  if (identity.kind === 'module') return role === names.runtime(identity.module)
  if (identity.kind === 'system') return role === names.system
  return role.startsWith(names.runtime(''))
}
