import type { Identity, LoginDirectory } from '@plataforma/core'
import type { LoginObserver } from '../kernel/login-options.js'
import type { LoginPool } from '../kernel/login-pool.js'
import type { ModulePool } from '../manager/module-pool.js'
import type { PgConnector } from '../postgres/pg-connector.js'
import type { BackendGone, PgPhysical } from '../postgres/pg-physical.js'
import { Pool } from './pool.js'
import type { PoolConfig } from './pool-config.js'
import { GROUND, type GroundSource } from './pool-ground.js'

/** What may be said of one module's pool; its limits are those of the module. */
export type ModulePgPoolConfig = Pick<
  PoolConfig,
  | 'compat'
  | 'deadlockTimeoutMs'
  | 'hygiene'
  | 'leakDetectionMs'
  | 'log'
  | 'maxUses'
  | 'onConnect'
  | 'verify'
>

export interface ModulePgPoolOptions {
  /** The manager. */
  readonly pools: object
  readonly pool: ModulePool
  readonly logins: LoginDirectory
  readonly gone?: BackendGone | undefined
  readonly openLogin: (
    name: string,
    connector: PgConnector,
    observer: LoginObserver<PgPhysical>,
  ) => LoginPool<PgPhysical>
}

/**
 * A pool of `pg`'s kind with the limits, the share and the metrics of a module. It has connections
 * of its own within the budget: what is set on them stays on them, and sessions know nothing of it.
 */
export function modulePgPool(options: ModulePgPoolOptions, config: ModulePgPoolConfig): Pool {
  const { pools, pool, logins, gone, openLogin } = options
  const identity: Identity = { kind: 'module', module: pool.name }
  const { min, max, acquireTimeoutMs, leakDetectionMs } = pool.settings
  const { key, config: address } = logins.loginOf(identity)
  const ground: GroundSource = {
    config: () => logins.loginOf(identity).config,
    heal: async () => (await logins.heal?.(identity)) ?? false,
    gone,
    open({ connector, observer }) {
      const login = openLogin(`${key} pg ${pool.name}`, connector, observer)
      const member = pool.draw(login)
      return {
        pools,
        login,
        member,
        observe: pool.noteQuery,
        async close() {
          await login.drain()
          login.host.removeLogin(login)
          pool.withdraw(login)
        },
      }
    },
  }
  return new Pool({
    ...address,
    min,
    max,
    connectionTimeoutMillis: acquireTimeoutMs,
    leakDetectionMs,
    ...config,
    ...{ [GROUND]: ground },
  })
}
