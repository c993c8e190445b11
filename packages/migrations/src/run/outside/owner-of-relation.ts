import { type Kysely, sql } from 'kysely'

/**
 * Works as the owner of a relation: the administrator may be a member of that role without
 * inheriting what it may do.
 */
export async function asOwner<T>(
  session: Kysely<unknown>,
  owner: string,
  work: () => Promise<T>,
): Promise<T> {
  const { rows } = await sql<{ role: string }>`
    SELECT current_setting('role') AS role, set_config('role', ${owner}, false)`.execute(session)
  try {
    return await work()
  } finally {
    // On a session that is lost there is nothing to set back, and its own error tells more.
    const [before] = rows
    await sql`SELECT set_config('role', ${before?.role ?? 'none'}, false)`
      .execute(session)
      .catch(() => {})
  }
}
