import { type Kysely, sql } from 'kysely'
import type { ServerFacts } from '../server-facts.js'

export interface Membership {
  readonly role: string
  readonly member: string
  /** `inherit` lends the role's privileges at once, `set` lets the member become the role. */
  readonly mode: 'inherit' | 'set'
}

/** Those of the names that are roles of the cluster. */
export async function existingRoles(
  db: Kysely<unknown>,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`
    SELECT rolname::text AS name FROM pg_catalog.pg_roles WHERE rolname = ANY (${names}::text[])`.execute(
    db,
  )
  return new Set(rows.map((row) => row.name))
}

/** Roles that nobody logs in as. */
export async function createGroupRoles(
  trx: Kysely<unknown>,
  names: readonly string[],
): Promise<void> {
  for (const name of names) await sql`CREATE ROLE ${sql.id(name)} NOLOGIN`.execute(trx)
}

/** Those of the memberships that do not hold, with PostgreSQL 16's options where it has them. */
export async function missingMemberships(
  db: Kysely<unknown>,
  memberships: readonly Membership[],
): Promise<readonly Membership[]> {
  const { rows } = await sql<{ key: string }>`
    SELECT concat_ws(' ', r.rolname, m.rolname, mode) AS key
    FROM pg_catalog.pg_auth_members AS a
      JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
      JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
      CROSS JOIN unnest(ARRAY['inherit', 'set']) AS mode
    WHERE r.rolname = ANY (${memberships.map((one) => one.role)}::text[])
      AND m.rolname = ANY (${memberships.map((one) => one.member)}::text[])
      AND coalesce((to_jsonb(a) ->> (mode || '_option'))::boolean, true)`.execute(db)
  const held = new Set(rows.map((row) => row.key))
  return memberships.filter((one) => !held.has(`${one.role} ${one.member} ${one.mode}`))
}

export async function grantMemberships(
  trx: Kysely<unknown>,
  server: ServerFacts,
  memberships: readonly Membership[],
): Promise<void> {
  for (const { role, member, mode } of memberships) {
    const options =
      server.versionNum < 160_000
        ? sql``
        : mode === 'set'
          ? sql` WITH INHERIT FALSE, SET TRUE`
          : sql` WITH INHERIT TRUE, SET FALSE`
    await sql`GRANT ${sql.id(role)} TO ${sql.id(member)}${options}`.execute(trx)
  }
}

/**
 * Lets the administrator become the roles. A superuser needs no membership; another gets one
 * without inheritance where the server knows the difference (16 and later), so that nothing that
 * is granted to an owner is the administrator's by itself.
 */
export async function letAdministratorBecome(
  trx: Kysely<unknown>,
  server: ServerFacts,
  roles: readonly string[],
): Promise<void> {
  if (server.isSuperuser) return
  const mode = server.versionNum < 160_000 ? 'MEMBER' : 'SET'
  const { rows } = await sql<{ name: string }>`
    SELECT rolname::text AS name FROM pg_catalog.pg_roles
    WHERE rolname = ANY (${roles}::text[])
      AND NOT pg_has_role(current_user, oid, ${mode})`.execute(trx)
  await grantMemberships(
    trx,
    server,
    rows.map(({ name }) => ({ role: name, member: server.administrator, mode: 'set' })),
  )
}
