import { type Kysely, sql } from 'kysely'

/** Longer than any pool of a program that is not stuck takes for a second connection. */
const SECOND_CONNECTION_MS = 2_000

/**
 * Whether two connections of a handle, held at the same time, are answered by one session, as behind
 * a pooler that gives each transaction another. False where it gives no second one in time.
 */
export async function sharesSessions(db: Kysely<unknown>): Promise<boolean> {
  return db.connection().execute(async (first) => {
    const pid = await backendOf(first)
    const deadline = new AbortController()
    const timer = setTimeout(() => deadline.abort(), SECOND_CONNECTION_MS)
    const late = new Promise<undefined>((resolve) => {
      deadline.signal.addEventListener('abort', () => resolve(undefined))
    })
    const second = db.connection().execute(async (connection) => {
      return deadline.signal.aborted ? undefined : await backendOf(connection)
    })
    try {
      const other = await Promise.race([second, late])
      return other === pid || (await backendOf(first)) !== pid
    } finally {
      clearTimeout(timer)
      second.catch(() => {})
    }
  })
}

async function backendOf(connection: Kysely<unknown>): Promise<number | undefined> {
  const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(connection)
  return rows[0]?.pid
}
