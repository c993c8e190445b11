import type pg from 'pg'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { ModuleName } from '../modules/modules.js'

/** A table of a module. */
export interface ModuleTable {
  readonly module: ModuleName
  readonly table: string
}

/** Every table that there is in the schemas of the modules, as the auditor finds them. */
export async function moduleTables(auditor: pg.Client): Promise<readonly ModuleTable[]> {
  const modules = Object.keys(MODULE_DEFINITIONS)
  const { rows } = await auditor.query<ModuleTable>(
    `select m.name as module, c.relname as "table"
     from unnest($1::text[]) with ordinality as m (name, place)
     join pg_class c on c.relnamespace = to_regnamespace('module_' || m.name)
     where c.relkind in ('r', 'p') and not c.relispartition
     order by m.place, c.relname`,
    [modules],
  )
  return rows
}
