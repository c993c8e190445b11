import { containersAreAsked } from '../container/containers-are-asked.js'
import { type Machine, thisMachine } from '../machine/machine.js'
import { removeStaleServerFolders } from '../machine/server-folder.js'
import { useExternalRedis } from './external-redis.js'
import { startLocalRedis } from './local-redis.js'
import type { RedisOptions, RedisServer } from './redis-server.js'

/**
 * A real Redis or Valkey, or `undefined` where this machine has no way to one. It ends with this
 * process at the latest, however that ends.
 *
 * @example
 * await using redis = await startRedis({ settings: { maxmemory: '10mb' } })
 */
export async function startRedis(
  options: RedisOptions = {},
  machine: Machine = thisMachine,
): Promise<RedisServer | undefined> {
  const url = machine.env.REDIS_URL
  if (url && options.allowExternal) return useExternalRedis(url)
  if (containersAreAsked(machine)) {
    const { startContainerRedis } = await import('./container-redis.js')
    return startContainerRedis(options)
  }
  await removeStaleServerFolders()
  return startLocalRedis(options, machine)
}
