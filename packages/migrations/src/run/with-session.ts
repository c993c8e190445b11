import { type Kysely, sql } from 'kysely'
import { isConnectionLost } from './connection-lost.js'
import { MigrationSession } from './migration-session.js'
import { CLEAN_SESSION } from './session-settings.js'

/**
 * Runs work on one session of the administrator, which goes back to its pool as it was: no
 * transaction, role, setting, temporary table or lock stays on it.
 */
export async function withSession<T>(
  db: Kysely<unknown>,
  signal: AbortSignal | undefined,
  work: (session: MigrationSession) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  return await db
    .withoutPlugins()
    .connection()
    .execute(async (held) => {
      let session: MigrationSession | undefined
      try {
        session = await MigrationSession.begin({ db: held, signal })
        return await work(session)
      } finally {
        await clean(held, session)
      }
    })
}

async function clean(held: Kysely<unknown>, session: MigrationSession | undefined): Promise<void> {
  try {
    await sql`ROLLBACK`.execute(held)
    await session?.forget()
    await sql.raw(CLEAN_SESSION).execute(held)
  } catch (error) {
    if (!isConnectionLost(error)) await end(held)
  }
}

/** A session that cannot be cleaned is for nobody: its pool takes no dead one back. */
async function end(held: Kysely<unknown>): Promise<void> {
  try {
    await sql`SELECT pg_terminate_backend(pg_backend_pid())`.execute(held)
  } catch {
    // It is gone, which was the purpose.
  }
}
