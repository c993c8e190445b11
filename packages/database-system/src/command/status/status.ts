import { EXIT_CODES } from '@plataforma/migrations/command'
import type { SystemConfig } from '../../config/system-config.js'
import { createPlatformaDatabaseSystem } from '../../system/create-platforma-database-system.js'
import type { SystemCommand } from '../command-context.js'
import type { LoadedConfig } from '../configuration/load-config.js'
import { asAdministrator } from '../connection/administrator-connection.js'
import { describeAddress } from '../connection/describe-address.js'
import { readServer } from '../connection/read-server.js'
import { readConnections } from './read-connections.js'
import { readModules } from './read-modules.js'
import type { StatusReport } from './status-report.js'
import { statusText } from './status-text.js'

/** `plataforma status`. */
export const status: SystemCommand = {
  name: 'status',
  summary: 'server, modules, logins and health',
  description: 'Tells how the database and its modules are. Changes nothing.',
  async run({ given, output }, { config }) {
    const report = await readStatus(await config(given.config))
    output.report(report, () => statusText(report, output))
    return report.health.overall === 'unhealthy' ? EXIT_CODES.failed : EXIT_CODES.done
  },
}

async function readStatus({ source, config }: LoadedConfig): Promise<StatusReport> {
  // First of all: it refuses what cannot be used.
  await using system = createPlatformaDatabaseSystem<unknown, SystemConfig>(config)
  const seen = await asAdministrator(config, async (db) => ({
    server: await readServer(db),
    connections: await readConnections(db),
    modules: await readModules(db),
  }))
  const modules = seen.modules ?? []
  return {
    configuration: source,
    mode: config.mode ?? 'production',
    address: describeAddress(config.connectionString),
    server: seen.server,
    connections: seen.connections,
    prepared: seen.modules !== undefined,
    logins: {
      grade: config.isolation?.login ?? 'shared',
      modulesWithOwnLogin: modules.filter((module) => module.hasOwnLogin).length,
    },
    modules,
    health: await system.healthCheck(),
  }
}
