import type { UnknownTables } from '../query/row-types.js'

/** The row types of a module's tables, where somebody described the module. */
export type TablesOf<Modules, Name extends string> = Name extends keyof Modules
  ? Modules[Name]
  : UnknownTables
