import type { ManagerFactories } from './manager-factories.js'

/**
 * The managers that this package brings: an import and a line for each. A manager that is not
 * listed is `undefined` on the system.
 */
export const PACKAGES = {} satisfies ManagerFactories

export type Packages = typeof PACKAGES
