import {
  addCommands,
  codegen,
  MIGRATION_COMMANDS,
  type Program,
} from '@plataforma/migrations/command'
import type { CommandContext, SystemCommand } from './command-context.js'
import { loadConfig } from './configuration/load-config.js'
import { doctor } from './doctor/doctor.js'
import { migrationHost } from './migrate/migration-host.js'
import { status } from './status/status.js'

const COMMANDS: readonly SystemCommand[] = [status, doctor]

const EPILOGUE = `
Configuration: plataforma.config.ts, .mjs or .js in this folder (its default export), the file of
--config, or else the environment variable DATABASE_URL.

Exit codes: 0 fine or done, 1 something is wrong or failed, 2 wrong usage or configuration, 3 there
are differences, 4 cannot connect, 5 another process was migrating for too long, 130 and 143
interrupted.`

const context: CommandContext = {
  config: (file) => loadConfig({ file: typeof file === 'string' ? file : undefined }),
}

/** `plataforma`, with all its commands. */
export const program: Program = {
  name: 'plataforma',
  description: 'Looks after one PostgreSQL as a platform of modules and tenants.',
  manifest: new URL('../../package.json', import.meta.url),
  epilogue: EPILOGUE,
  build(program, shell) {
    program.option('-c, --config <file>', 'configuration file')
    addCommands(program, COMMANDS, { shell, host: context })
    const migrate = program
      .command('migrate')
      .summary('the migrations of the modules')
      .description('Runs and looks after the migrations of the modules.')
    const host = migrationHost(context)
    addCommands(migrate, MIGRATION_COMMANDS, { shell, host })
    addCommands(program, [codegen], { shell, host })
  },
}
