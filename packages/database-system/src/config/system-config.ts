import type { DatabaseOptions, DatabasePlugin } from '@plataforma/core'
import type { MigrationsPluginOptions } from '@plataforma/migrations'
import type { ModulePoolOptions } from '@plataforma/pool'
import type { FeatureSwitches } from './features.js'
import type { PoolConfig } from './pool-config.js'
import type { RedisConfig } from './redis-config.js'

/** The configuration of a whole system: core's options, and what the managers need. */
export interface SystemConfig extends Omit<DatabaseOptions, 'dialect' | 'poolConfig'> {
  /** How each module uses connections, where `pool.modules` does not say otherwise. */
  readonly poolConfig?: ModulePoolOptions
  /** The budget of connections, and what single modules have of it. */
  readonly pool?: PoolConfig
  readonly redisConfig?: RedisConfig
  readonly features?: FeatureSwitches
  /** Where migrations are, whether `initialize()` runs them, and what comes of their row types. */
  readonly migrations?: MigrationsPluginOptions
  /** Plugins beside the system's own; each manager stands on the system under its plugin's name. */
  readonly plugins?: readonly DatabasePlugin[]
}

/** The plugins that a configuration lists, as far as its type tells. */
export type PluginsOf<Config extends SystemConfig> = Config extends {
  readonly plugins: infer Plugins extends readonly DatabasePlugin[]
}
  ? Plugins
  : readonly []

/** A key that a configuration does not have is a compile error, as it is with a plain interface. */
export type KnownKeys<Config> = Config & {
  readonly [Key in Exclude<keyof Config, keyof SystemConfig>]: never
}
