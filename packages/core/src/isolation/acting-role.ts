import { type Kysely, sql } from 'kysely'

/** Runs work of a transaction as another role, and then as the one before. */
export async function withRole<T>(
  trx: Kysely<unknown>,
  role: string,
  work: () => Promise<T>,
): Promise<T> {
  const { rows } = await sql<{ previous: string }>`
    SELECT current_setting('role') AS previous, set_config('role', ${role}, true)`.execute(trx)
  const result = await work()
  await sql`SELECT set_config('role', ${rows[0]?.previous ?? 'none'}, true)`.execute(trx)
  return result
}

/**
 * Runs work of a transaction as the administrator and with nothing but `pg_catalog` in its
 * search_path, whatever the transaction had set.
 */
export async function asAdministrator<T>(
  trx: Kysely<unknown>,
  administrator: string,
  work: () => Promise<T>,
): Promise<T> {
  const { rows } = await sql<{ role: string; path: string }>`
    SELECT current_setting('role') AS role, current_setting('search_path') AS path,
      set_config('role', ${administrator}, true), set_config('search_path', 'pg_catalog', true)`.execute(
    trx,
  )
  const result = await work()
  await sql`
    SELECT set_config('role', ${rows[0]?.role ?? 'none'}, true),
      set_config('search_path', ${rows[0]?.path ?? ''}, true)`.execute(trx)
  return result
}
