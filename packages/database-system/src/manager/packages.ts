import { migrations } from '@plataforma/migrations'
import { pooling } from '@plataforma/pool'
import { poolingOptions } from '../config/pool-config.js'
import type { ManagerFactories } from './manager-factories.js'

/**
 * The managers that this package brings: an import and a line for each. A manager that is not
 * listed is `undefined` on the system.
 */
export const PACKAGES = {
  pool: (config) => pooling(poolingOptions(config)),
  // Who has this package has its `Register` as well.
  migrations: (config) => migrations({ registerTypes: true, ...config.migrations }),
} satisfies ManagerFactories

export type Packages = typeof PACKAGES
