import { Database, type SystemHealth } from '@plataforma/core'
import { checkConfig, unknownKeys } from '../config/check-config.js'
import type { SystemConfig } from '../config/system-config.js'
import type { ManagerName } from '../manager/manager-factories.js'
import type { ManagerOf } from '../manager/manager-of.js'
import { PACKAGES } from '../manager/packages.js'
import { switchedOff, systemPlugins } from '../manager/system-plugins.js'
import { RedisProbe } from '../redis/redis-probe.js'
import type { RegisteredModules } from './register.js'

/**
 * One PostgreSQL database as a platform: its modules, and the managers that the configuration
 * leaves on. Made by `createPlatformaDatabaseSystem`.
 */
export class PlatformaDatabaseSystem<
  Modules = RegisteredModules,
  Config extends SystemConfig = SystemConfig,
> extends Database<Modules> {
  readonly #managers: ReadonlySet<string>
  readonly #redis: RedisProbe | undefined

  /** @throws PlataformaError `PLT_CONFIG_INVALID` */
  constructor(config: Config) {
    checkConfig(config)
    const { redisConfig, features, migrations, pool, poolConfig, plugins = [], ...options } = config
    const own = systemPlugins(config, PACKAGES)
    const all = [...own, ...plugins]
    super({ ...options, dialect: undefined, switchedOff: switchedOff(config) }, all)
    this.#managers = new Set(own.map(({ name }) => name))
    this.#redis = redisConfig?.enabled ? new RedisProbe(redisConfig.url) : undefined
    for (const key of unknownKeys(config)) {
      config.log?.('warn', `The configuration's \`${key}\` is not known and has no effect.`, {
        key,
      })
    }
  }

  /** Connection pools of the modules. */
  get pool(): ManagerOf<'pool', Config> {
    return this.#manager('pool')
  }

  get migrations(): ManagerOf<'migrations', Config> {
    return this.#manager('migrations')
  }

  get cache(): ManagerOf<'cache', Config> {
    return this.#manager('cache')
  }

  get security(): ManagerOf<'security', Config> {
    return this.#manager('security')
  }

  get backup(): ManagerOf<'backup', Config> {
    return this.#manager('backup')
  }

  get partition(): ManagerOf<'partition', Config> {
    return this.#manager('partition')
  }

  /** How the parts do, Redis included where it is enabled; answers within a second. */
  override async healthCheck(): Promise<SystemHealth> {
    const [health, redis] = await Promise.all([super.healthCheck(), this.#redis?.check()])
    if (redis === undefined) return health
    const ails = redis.status !== 'healthy' && health.overall === 'healthy'
    return {
      ...health,
      overall: ails ? 'degraded' : health.overall,
      components: { ...health.components, redis },
    }
  }

  /** `undefined` where it is switched off or not in this build; else only after `initialize()`. */
  #manager<Name extends ManagerName>(name: Name): ManagerOf<Name, Config> {
    const manager = this.#managers.has(name) ? this.managerOf(name) : undefined
    return manager as ManagerOf<Name, Config>
  }
}
