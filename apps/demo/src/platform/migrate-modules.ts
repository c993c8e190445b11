import type { MigrationProgress, RunReport } from '@plataforma/database-system'
import type { ModuleDatabases } from '../model/operation.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { DemoSystem } from './create-system.js'

/** What migrating the platform came to. */
export interface Migrated {
  readonly modules: ModuleDatabases
  readonly run: RunReport
  /** The same, asked for again. */
  readonly again: RunReport
}

export interface MigrateOptions {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: MigrationProgress) => void
}

/** Makes every module and its tables by its migrations; doing it again changes nothing. */
export async function migrateModules(
  system: DemoSystem,
  options: MigrateOptions,
): Promise<Migrated> {
  const run = await system.migrations.runAllMigrations(options)
  const again = await system.migrations.runAllMigrations({ signal: options.signal })
  const modules = Object.values(MODULE_DEFINITIONS).map(
    ({ name }) => [name, system.module(name)] as const,
  )
  return { modules: Object.fromEntries(modules) as unknown as ModuleDatabases, run, again }
}
