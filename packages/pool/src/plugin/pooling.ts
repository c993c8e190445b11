import type { ComponentHealth, DatabasePlugin } from '@plataforma/core'
import { MultiPoolManager, type PoolingOptions } from '../manager/multi-pool-manager.js'

/**
 * One budget of connections for all modules of a database, in place of core's small pools.
 *
 * @example
 * const database = createDatabase({ connectionString, plugins: [pooling({ budget: 40 })] })
 * await database.initialize()
 * database.pool.getAllMetrics()
 */
export function pooling(options: PoolingOptions = {}): DatabasePlugin<'pool', MultiPoolManager> {
  let manager: MultiPoolManager | undefined
  const pools = () => {
    if (manager === undefined) throw new Error('A plugin is set up after its sessions were asked.')
    return manager
  }
  return {
    name: 'pool',
    sessions(logins) {
      manager = new MultiPoolManager({ ...options, logins })
      return manager.sessions
    },
    async setup(host) {
      host.on('ensureModule', async ({ name }) => {
        pools().poolOf(name)
      })
      host.health(async (): Promise<ComponentHealth> => ({ status: 'healthy' }))
      host.onClose(() => pools().close())
      return pools()
    },
  }
}
