import { type Kysely, sql } from 'kysely'
import type { Identity } from '../../identity/identity.js'
import type { Isolation } from '../isolation.js'

export interface OurLogin {
  readonly name: string
  readonly keyId: string
  readonly identity: Identity
}

/** The logins of this database, of every secret that it ever had. */
export async function ourLogins(
  db: Kysely<unknown>,
  { names }: Isolation,
): Promise<readonly OurLogin[]> {
  const { rows } = await sql<{ name: string }>`
    SELECT rolname::text AS name FROM pg_catalog.pg_roles
    WHERE starts_with(rolname, ${`${names.prefix}_`}) ORDER BY rolname`.execute(db)
  return rows.flatMap(({ name }) => {
    const read = names.readLogin(name)
    return read === undefined ? [] : [{ name, ...read }]
  })
}
