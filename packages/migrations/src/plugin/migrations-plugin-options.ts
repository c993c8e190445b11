import type { MigrationOptions } from '../system/migration-options.js'

/** Options of the plugin, and what the configuration of a system has under `migrations`. */
export interface MigrationsPluginOptions extends MigrationOptions {
  /** Whether `initialize()` runs what is pending; false unless given. */
  readonly runOnInitialize?: boolean | undefined
}
