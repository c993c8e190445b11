import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { ModuleName } from '../modules/modules.js'
import type { ModuleTable } from './module-tables.js'
import type { TableContents } from './table-contents.js'

/** How much a module holds. */
export interface ModuleSize {
  readonly name: ModuleName
  readonly tables: number
  readonly rows: number
}

/** Adds up the tables of each module over all tenants. */
export function moduleSizes(
  tables: readonly ModuleTable[],
  contents: readonly TableContents[],
): ModuleSize[] {
  return Object.values(MODULE_DEFINITIONS).map(({ name }) => ({
    name,
    tables: tables.filter(({ module }) => module === name).length,
    rows: contents
      .filter(({ module }) => module === name)
      .reduce((total, { rows }) => total + rows, 0),
  }))
}
