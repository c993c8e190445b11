import type { ComponentHealth, DatabasePlugin, Log } from '@plataforma/core'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'
import type { PoolingOptions } from '../manager/pooling-options.js'

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
  const early: Parameters<Log>[] = []
  let log: Log = (...entry) => early.push(entry)
  return {
    name: 'pool',
    sessions(logins) {
      manager = new MultiPoolManager({ ...options, logins, log: (...entry) => log(...entry) })
      return manager.sessions
    },
    async setup(host) {
      log = host.log
      for (const entry of early.splice(0)) log(...entry)
      host.on('ensureModule', async ({ name }) => {
        pools().poolOf(name)
      })
      host.health(async (): Promise<ComponentHealth> => ({ status: 'healthy' }))
      return pools()
    },
  }
}
