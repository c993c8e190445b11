import type { ModuleDefinition } from '../model/module-definition.js'
import type { ModuleDatabases } from '../model/operation.js'
import type { TableDefinition } from '../model/table-definition.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { DemoSystem } from './create-system.js'

/** Creates every module and its tables; doing it again changes nothing. */
export async function createModules(
  system: DemoSystem,
  signal: AbortSignal,
): Promise<ModuleDatabases> {
  const databases = await Promise.all(
    Object.values(MODULE_DEFINITIONS).map(async ({ name, tables }: ModuleDefinition) => {
      const module = await system.createModule(name)
      for (const [table, definition] of Object.entries<TableDefinition>(tables)) {
        signal.throwIfAborted()
        await module.createTable(table, definition.columns, definition.options)
      }
      return [name, module] as const
    }),
  )
  return Object.fromEntries(databases) as unknown as ModuleDatabases
}
