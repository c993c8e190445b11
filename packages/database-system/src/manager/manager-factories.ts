import type { DatabasePlugin } from '@plataforma/core'
import type { FeatureName } from '../config/features.js'
import type { SystemConfig } from '../config/system-config.js'

/** The managers of a system and the switch of each; `pool` has none. */
export const MANAGER_FEATURES = {
  pool: undefined,
  migrations: 'migrations',
  cache: 'caching',
  security: 'security',
  backup: 'backup',
  partition: 'partitioning',
} as const satisfies Readonly<Record<string, FeatureName | undefined>>

export type ManagerName = keyof typeof MANAGER_FEATURES

/** How each manager's plugin is made from the configuration. */
export type ManagerFactories = {
  readonly [Name in ManagerName]?: (config: SystemConfig) => DatabasePlugin<Name>
}
