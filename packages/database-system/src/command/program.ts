import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import type { SystemCommand } from './command-context.js'
import { loadConfig } from './configuration/load-config.js'
import { doctor } from './doctor/doctor.js'
import type { ExitCode } from './exit-code.js'
import type { Output } from './output/output.js'
import { status } from './status/status.js'

const COMMANDS: readonly SystemCommand[] = [status, doctor]

interface GlobalOptions {
  readonly config?: string
}

const EPILOGUE = `
Configuration: plataforma.config.ts, .mjs or .js in this folder (its default export), the file of
--config, or else the environment variable DATABASE_URL.

Exit codes: 0 fine, 1 something is wrong, 2 wrong usage or configuration, 3 cannot connect.`

/** The program with all its commands; `ended` hears what a command ends with. */
export function makeProgram(output: Output, ended: (code: ExitCode) => void): Command {
  const program = new Command('plataforma')
    .description('Looks after one PostgreSQL as a platform of modules and tenants.')
    .version(version(), '-v, --version')
    .option('-c, --config <file>', 'configuration file')
    .option('--json', 'machine-readable output')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ outputError: () => {} })
    .addHelpText('after', EPILOGUE)
    .exitOverride()
  for (const { name, summary, description, options = [], run } of COMMANDS) {
    const command = program
      .command(name)
      .summary(summary)
      .description(description)
      .allowExcessArguments(false)
      .action(async (given: Readonly<Record<string, unknown>>) => {
        const { config: file } = program.opts<GlobalOptions>()
        ended(await run({ output, given, config: () => loadConfig({ file }) }))
      })
    for (const option of options) command.option(option.flags, option.description)
  }
  return program
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return String(JSON.parse(manifest).version)
}
