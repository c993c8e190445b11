import { shareAs } from '../postgres/shared-postgres.js'
import { startPostgres } from '../postgres/start-postgres.js'

/** One PostgreSQL for a whole vitest run; test files make their databases on it. */
export async function setup(): Promise<() => Promise<void>> {
  const server = await startPostgres({ allowExternal: true })
  console.log(`testkit: PostgreSQL ${server.version}, ${server.way}, port ${server.port}`)
  shareAs(server)
  return () => server.close()
}
