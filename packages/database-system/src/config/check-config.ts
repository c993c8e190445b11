import { PlataformaError } from '@plataforma/core'
import { MANAGER_FEATURES } from '../manager/manager-factories.js'
import { FEATURE_NAMES } from './features.js'
import type { SystemConfig } from './system-config.js'

const KEYS: Readonly<Record<keyof SystemConfig, true>> = {
  acquireTimeoutMs: true,
  clock: true,
  connectionString: true,
  features: true,
  idleInTransactionTimeoutMs: true,
  isolation: true,
  log: true,
  migrations: true,
  mode: true,
  parsers: true,
  plugins: true,
  pool: true,
  poolConfig: true,
  redisConfig: true,
  rolePrefix: true,
  secret: true,
  ssl: true,
  statementTimeoutMs: true,
  tenantColumn: true,
  tenantContext: true,
}

/**
 * Refuses what this package itself reads and cannot use; core checks the rest.
 * @throws PlataformaError `PLT_CONFIG_INVALID` naming the key and what to give
 */
export function checkConfig(config: SystemConfig): void {
  if (!isObject(config)) {
    throw invalid('config', 'is no object', 'Give one, for example { ...DEVELOPMENT_CONFIG }.')
  }
  checkFeatures(config.features)
  checkRedis(config.redisConfig)
  checkOptions(config.pool, 'pool', '{ budget: 40 }')
  checkOptions(config.poolConfig, 'poolConfig', '{ min: 1, max: 10 }')
  checkOptions(config.migrations, 'migrations', "{ directory: './migrations' }")
  checkPlugins(config.plugins)
}

/** Keys that no part of the system reads: most likely misspelt. */
export function unknownKeys(config: SystemConfig): readonly string[] {
  return Object.keys(config).filter((key) => !Object.hasOwn(KEYS, key))
}

function checkFeatures(features: unknown): void {
  if (features === undefined) return
  if (!isObject(features)) throw invalid('features', 'is no object', 'Give booleans by name.')
  for (const [name, value] of Object.entries(features)) {
    const key = `features.${name}`
    if (!FEATURE_NAMES.includes(name)) {
      throw invalid(key, 'is not known', `There are: ${FEATURE_NAMES.join(', ')}.`)
    }
    if (value !== undefined && typeof value !== 'boolean') {
      throw invalid(key, `is ${JSON.stringify(value)}`, 'Give true or false.')
    }
  }
  if (features.isolation === false) {
    throw invalid(
      'features.isolation',
      'is false, and modules stand on isolation',
      'Leave it out or set it to true.',
    )
  }
}

function checkRedis(redis: unknown): void {
  if (redis === undefined) return
  if (!isObject(redis) || typeof redis.enabled !== 'boolean') {
    throw invalid('redisConfig.enabled', 'is no boolean', 'Give true or false.')
  }
  if (redis.url === undefined) return
  if (typeof redis.url === 'string' && /^rediss?:$/.test(protocolOf(redis.url))) return
  throw invalid(
    'redisConfig.url',
    'is no Redis address',
    'Give one like redis://user:password@host:6379.',
  )
}

/** What stands in them is for the package that they are for to say. */
function checkOptions(options: unknown, key: string, example: string): void {
  if (options === undefined || isObject(options)) return
  throw invalid(key, 'is no object', `Give options by name, such as ${example}.`)
}

/** Whether a plugin can be composed is core's to say. */
function checkPlugins(plugins: unknown): void {
  if (plugins === undefined) return
  if (!Array.isArray(plugins)) throw invalid('plugins', 'is no list', 'Give a list of plugins.')
  for (const plugin of plugins) {
    const name = isObject(plugin) ? String(plugin.name) : ''
    if (!Object.hasOwn(MANAGER_FEATURES, name)) continue
    throw invalid(
      'plugins',
      `names one "${name}", as a manager of the system`,
      'Rename the plugin.',
    )
  }
}

function protocolOf(url: string): string {
  return URL.canParse(url) ? new URL(url).protocol : ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(key: string, what: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_CONFIG_INVALID', `The configuration's \`${key}\` ${what}.`, {
    remedy,
    details: { key },
  })
}
