import type { KnownKeys, SystemConfig } from './system-config.js'

/**
 * The configuration as it is, with its literal types: for `plataforma.config.ts`.
 *
 * @example
 * export default defineConfig({ ...PRODUCTION_CONFIG, rolePrefix: 'loja' })
 */
export function defineConfig<const Config extends SystemConfig>(config: KnownKeys<Config>): Config {
  return config
}
