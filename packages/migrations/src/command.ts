export { configFile } from './command/configuration/config-file.js'
export { importDefault, type OtherImport } from './command/configuration/import-default.js'
export { codegen } from './command/migrate/codegen.js'
export type {
  MigrationCommand,
  MigrationHost,
  OpenMigrations,
} from './command/migrate/migration-command.js'
export { MIGRATION_COMMANDS } from './command/migrate/migration-commands.js'
export { Output } from './command/output/output.js'
export { textTable } from './command/output/text-table.js'
export { wrapText } from './command/output/wrap-text.js'
export { EXIT_CODES, type ExitCode } from './command/program/exit-code.js'
export {
  addCommands,
  type Invocation,
  type ProgramCommand,
  type Shell,
} from './command/program/program-command.js'
export { type Program, runProgram } from './command/program/run-program.js'
