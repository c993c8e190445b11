import type { MigrationOptions } from '../../system/migration-options.js'
import type { MigrationSystem } from '../../system/migration-system.js'
import type { Invocation, ProgramCommand } from '../program/program-command.js'

/** Where the commands of migrations get what they work on: the one thing that programs differ in. */
export interface MigrationHost {
  /** What was configured, without a connection. */
  options(invocation: Invocation): Promise<MigrationOptions>
  /** A system that is ready, closed when the command has ended. */
  open(invocation: Invocation): Promise<OpenMigrations>
}

/** Migrations that are ready to be called. */
export interface OpenMigrations extends AsyncDisposable {
  readonly migrations: MigrationSystem
}

/** One command of migrations. */
export type MigrationCommand = ProgramCommand<MigrationHost>

/** An option that was given as text. */
export function textOption({ given }: Invocation, name: string): string | undefined {
  const value = given[name]
  return typeof value === 'string' ? value : undefined
}
