import { shareRedis } from '../redis/shared-redis.js'
import { startRedis } from '../redis/start-redis.js'

/** One Redis for a whole vitest run; where there is none, its tests are skipped, but not in CI. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const server = await startRedis({ allowExternal: true })
  if (server) {
    console.log(`testkit: Redis ${server.version}, ${server.way}, port ${server.port}`)
    shareRedis(server)
    return () => server.close()
  }
  const remedy = 'install redis-server or valkey-server, or set REDIS_URL'
  if (process.env.CI === 'true') throw new Error(`There is no Redis, and this is CI: ${remedy}.`)
  console.log(`testkit: NO REDIS (${remedy}): tests that need it are skipped and counted so`)
  return undefined
}
