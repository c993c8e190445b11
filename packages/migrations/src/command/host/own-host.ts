import { PlataformaError } from '@plataforma/core'
import type { MigrationOptions } from '../../system/migration-options.js'
import { configFile } from '../configuration/config-file.js'
import { importDefault } from '../configuration/import-default.js'
import { type MigrationHost, textOption } from '../migrate/migration-command.js'
import type { Invocation } from '../program/program-command.js'

const FILE_NAMES = ['migrations.config.ts', 'migrations.config.mjs', 'migrations.config.js']

/** What the configuration file of migrations without a system exports. */
interface OwnConfig extends MigrationOptions {
  readonly connectionString?: string | undefined
}

/** Migrations on a plain PostgreSQL, by options, a file and `DATABASE_URL`. */
export const ownHost: MigrationHost = {
  async options(invocation) {
    const { connectionString: _, ...options } = await ownConfig(invocation)
    return options
  },
  async open(invocation) {
    const { connectionString = process.env.DATABASE_URL, ...options } = await ownConfig(invocation)
    if (!connectionString) {
      throw new PlataformaError('PLT_CONFIG_INVALID', 'There is no address of a database.', {
        remedy: `Set DATABASE_URL, give --url, or write a ${FILE_NAMES[0]}.`,
      })
    }
    const { MigrationSystem } = await import('../../system/migration-system.js')
    const migrations = new MigrationSystem({
      log: invocation.output.log,
      ...options,
      connectionString,
    })
    return { migrations, [Symbol.asyncDispose]: () => migrations.close() }
  },
}

async function ownConfig(invocation: Invocation): Promise<OwnConfig> {
  const file = configFile(textOption(invocation, 'config'), FILE_NAMES)
  const config: OwnConfig = file === undefined ? {} : await importDefault(file)
  const url = textOption(invocation, 'url')
  const directory = textOption(invocation, 'directory')
  return {
    ...config,
    ...(url === undefined ? {} : { connectionString: url }),
    ...(directory === undefined ? {} : { directory }),
  }
}
