import { type Kysely, sql } from 'kysely'

/**
 * Settings of a login's session that not every version knows: a server refuses a connection whose
 * start names one that it does not know, so that it has to be asked first. What a transaction may
 * take is the administrator's, and so what its database or server sets for everybody.
 */
export async function readNewerSettings(
  admin: Kysely<unknown>,
): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sql<{ name: string; value: string }>`
    SELECT name, CASE name WHEN 'transaction_timeout' THEN setting ELSE '' END AS value
    FROM pg_catalog.pg_settings
    WHERE name IN ('transaction_timeout', 'restrict_nonsystem_relation_kind')`.execute(admin)
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]))
}
