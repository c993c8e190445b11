#!/usr/bin/env node
import { ownHost } from './host/own-host.js'
import { codegen } from './migrate/codegen.js'
import { MIGRATION_COMMANDS } from './migrate/migration-commands.js'
import { addCommands } from './program/program-command.js'
import { runProgram } from './program/run-program.js'

const EPILOGUE = `
Configuration: --url or the environment variable DATABASE_URL; further options are the default
export of migrations.config.ts, .mjs or .js in this folder, or of the file of --config.

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 there are differences, 4 cannot
connect, 5 another process was migrating for too long, 130 and 143 interrupted.`

process.exitCode = await runProgram(
  {
    name: 'plataforma-migrate',
    description: 'Migrations of many modules on one PostgreSQL.',
    manifest: new URL('../../package.json', import.meta.url),
    epilogue: EPILOGUE,
    build(program, shell) {
      program
        .option('-u, --url <address>', 'address of the database')
        .option('-d, --directory <folder>', 'folder of the migrations (default: ./migrations)')
        .option('-c, --config <file>', 'configuration file')
      addCommands(program, [...MIGRATION_COMMANDS, codegen], { shell, host: ownHost })
    },
  },
  process.argv.slice(2),
)
