import type { TestProject } from 'vitest/node'
import { shareAs } from '../postgres/shared-postgres.js'
import { startPostgres } from '../postgres/start-postgres.js'
import { shareBundles } from '../program/bundle-program.js'

/** One PostgreSQL for a whole vitest run; test files make their databases on it. */
export async function setup({ config }: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ allowExternal: true })
  console.log(`testkit: PostgreSQL ${server.version}, ${server.way}, port ${server.port}`)
  shareAs(server)
  const removeBundles = shareBundles(config.root)
  return async () => {
    await server.close()
    await removeBundles()
  }
}
