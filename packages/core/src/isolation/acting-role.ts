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
