import { PlataformaError } from '@plataforma/core'
import type { MigrationHost } from '@plataforma/migrations/command'
import { featureIsSwitchedOn } from '../../config/features.js'
import type { SystemConfig } from '../../config/system-config.js'
import { createPlatformaDatabaseSystem } from '../../system/create-platforma-database-system.js'
import type { CommandContext } from '../command-context.js'

/** The migrations of the configured system: its modules are isolated and their tables protected. */
export function migrationHost({ config }: CommandContext): MigrationHost {
  return {
    async options({ given }) {
      const { config: loaded } = await config(given.config)
      const { runOnInitialize: _, ...options } = loaded.migrations ?? {}
      return options
    },
    async open({ given, output }) {
      const { config: loaded } = await config(given.config)
      if (!featureIsSwitchedOn(loaded.features, 'migrations')) throw switchedOff()
      let isReady = false
      const system = createPlatformaDatabaseSystem<unknown, SystemConfig>({
        // What is said of the configuration is for `doctor` to tell.
        log: (...line) => isReady && output.log(...line),
        ...loaded,
        // The command says when migrations run.
        migrations: { ...loaded.migrations, runOnInitialize: false },
      })
      try {
        await system.initialize()
        isReady = true
        const { migrations } = system
        if (migrations === undefined) throw switchedOff()
        return { migrations, [Symbol.asyncDispose]: () => system.close() }
      } catch (error) {
        await system.close()
        throw error
      }
    },
  }
}

function switchedOff(): PlataformaError {
  return new PlataformaError('PLT_CONFIG_INVALID', 'Migrations are switched off.', {
    remedy: 'Set features.migrations to true, or leave it out.',
    details: { key: 'features.migrations' },
  })
}
