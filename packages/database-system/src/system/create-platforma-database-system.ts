import type { ManagersOf } from '@plataforma/core'
import type { KnownKeys, PluginsOf, SystemConfig } from '../config/system-config.js'
import { PlatformaDatabaseSystem } from './platforma-database-system.js'
import type { RegisteredModules } from './register.js'

/**
 * A system from its configuration. Nothing connects before `initialize()`.
 *
 * A manager is in the type without `undefined` where its feature is literally `true`. With row types
 * given by hand (`createPlatformaDatabaseSystem<Modules>(…)`) managers are possibly `undefined`,
 * because TypeScript then infers nothing from the configuration: give
 * `<Modules, typeof config>`, or augment `Register`.
 *
 * @throws PlataformaError `PLT_CONFIG_INVALID` naming the key, `PLT_PLUGIN_INVALID`
 * @example
 * const system = createPlatformaDatabaseSystem({
 *   ...DEVELOPMENT_CONFIG,
 *   connectionString: process.env.DATABASE_URL,
 * })
 * await system.initialize()
 * const vendas = await system.createModule('vendas')
 */
export function createPlatformaDatabaseSystem<
  Modules = RegisteredModules,
  const Config extends SystemConfig = SystemConfig,
>(config: KnownKeys<Config>): SystemWith<Modules, Config> {
  return new PlatformaDatabaseSystem<Modules, Config>(config) as SystemWith<Modules, Config>
}

/** A system, and the managers of the plugins that its configuration lists. */
export type SystemWith<Modules, Config extends SystemConfig> = PlatformaDatabaseSystem<
  Modules,
  Config
> &
  ManagersOf<PluginsOf<Config>>
