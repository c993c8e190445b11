import { resolve } from 'node:path'
import type { DatabasePlugin } from '@plataforma/core'
import { openHostGround } from '../ground/host-ground.js'
import { checkMigrationOptions } from '../system/check-migration-options.js'
import { MigrationSystem } from '../system/migration-system.js'
import type { MigrationsPluginOptions } from './migrations-plugin-options.js'

/**
 * The migrations of a system's modules: each runs as the owner of its module, and what it makes is
 * protected before it is committed. With `runOnInitialize` they run when every other plugin is set
 * up, before any module is used.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID`
 * @example
 * const database = createDatabase({ connectionString, plugins: [migrations()] })
 * await database.initialize()
 * await database.migrations.runAllMigrations()
 */
export function migrations(
  options: MigrationsPluginOptions = {},
): DatabasePlugin<'migrations', MigrationSystem> {
  checkMigrationOptions(options, { runOnInitialize: 'boolean' }, 'migrations')
  const { runOnInitialize = false, ...rest } = options
  return {
    name: 'migrations',
    async setup(host) {
      const ground = await openHostGround(host, rest)
      const system = new MigrationSystem({
        ...rest,
        ground,
        directory: directoryOf(rest),
        types: rest.types ?? (rest.outDir !== undefined || host.mode === 'development'),
      })
      host.onClose(() => system.close())
      if (runOnInitialize) {
        host.on('ready', async () => {
          const { warnings } = await system.runAllMigrations()
          for (const { message, ...data } of warnings) host.log('warn', message, data)
        })
      }
      return system
    },
  }
}

/** From the working directory of now; who gives sources alone needs no folder. */
function directoryOf({ directory, sources = [] }: MigrationsPluginOptions): string | undefined {
  if (directory === undefined && sources.length > 0) return undefined
  return resolve(directory ?? 'migrations')
}
