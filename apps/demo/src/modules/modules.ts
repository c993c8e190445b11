import type { Modules } from '../../generated/database/index.js'

/** The row types of every module, as they were generated from the database. */
export type { Modules }

export type ModuleName = keyof Modules
