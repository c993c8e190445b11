import type { DatabasePlugin, Log } from '@plataforma/core'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'
import type { PoolingOptions } from '../manager/pooling-options.js'
import { poolHealth, REMEDY } from './pool-health.js'

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
  let warned = false
  /** A login that has no place takes another's, by close and open. */
  const warnOfTurns = () => {
    const { logins, places, capacity, processes } = pools().getBudget()
    if (warned || logins <= places) return
    warned = true
    const part = processes > 1 ? `, its part of ${capacity} among ${processes} processes` : ''
    log(
      'warn',
      `The modules need ${logins} logins, and this process has ${places} connections${part}: logins take turns, which costs time.`,
      { logins, places, capacity, processes, remedy: REMEDY },
    )
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
        warnOfTurns()
      })
      host.health(async () => poolHealth(pools().getBudget(), pools().getAllMetrics()))
      host.metrics(() => poolFigures(pools()))
      for (const { name } of await host.modules.list()) pools().poolOf(name)
      await pools().ready()
      warnOfTurns()
      return pools()
    },
  }
}

function poolFigures(pools: MultiPoolManager): Readonly<Record<string, number>> {
  const { places, used } = pools.getBudget()
  const figures = Object.values(pools.getAllMetrics())
  const sum = (name: 'activeConnections' | 'idleConnections' | 'waitingClients') =>
    figures.reduce((total, metrics) => total + metrics[name], 0)
  return {
    activeConnections: sum('activeConnections'),
    idleConnections: sum('idleConnections'),
    waitingClients: sum('waitingClients'),
    connectionsUsed: used,
    connectionBudget: places,
  }
}
