import { type Machine, thisMachine } from '../machine/machine.js'
import { shareRedis } from '../redis/shared-redis.js'
import { startRedis } from '../redis/start-redis.js'

/**
 * One Redis for a whole run, and what ends it; where there is none, its tests are skipped, with a
 * line that says so.
 * @throws where there is none and `CI=true`
 */
export async function provideRedis(
  machine: Machine = thisMachine,
): Promise<(() => Promise<void>) | undefined> {
  const server = await startRedis({ allowExternal: true }, machine)
  if (server) {
    machine.say(`testkit: Redis ${server.version}, ${server.way}, port ${server.port}`)
    shareRedis(server)
    return () => server.close()
  }
  const remedy = 'install redis-server or valkey-server, or set REDIS_URL'
  if (machine.env.CI === 'true') throw new Error(`There is no Redis, and this is CI: ${remedy}.`)
  machine.say(`testkit: NO REDIS (${remedy}): tests that need it are skipped and counted so`)
  return undefined
}
