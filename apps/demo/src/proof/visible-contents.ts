import type { ModuleDefinition } from '../model/module-definition.js'
import type { ModuleDatabases } from '../model/operation.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { DemoSystem } from '../platform/create-system.js'
import type { Tenant } from '../world/world.js'
import { FINGERPRINT, type TableContents } from './table-contents.js'

/** Whose eyes to look through. */
export interface VisibleContentsOptions {
  readonly system: DemoSystem
  readonly modules: ModuleDatabases
  readonly tenants: readonly Tenant[]
  readonly signal: AbortSignal
}

/** What each tenant sees of every table through the system, in SQL that names no tenant. */
export async function visibleContents(options: VisibleContentsOptions): Promise<TableContents[]> {
  const { system, tenants, signal } = options
  const contents: TableContents[] = []
  for (const { id } of tenants) {
    signal.throwIfAborted()
    contents.push(...(await system.withContext({ tenantId: id }, () => seenBy(id, options))))
  }
  return contents
}

async function seenBy(
  tenantId: string,
  { modules }: VisibleContentsOptions,
): Promise<TableContents[]> {
  const definitions = Object.values<ModuleDefinition>(MODULE_DEFINITIONS)
  const seen = await Promise.all(
    definitions.map(async ({ name: module, tables }) => {
      const counts = Object.keys(tables).map(
        (table) =>
          `select '${table}' as "table", count(*)::int as rows, ${FINGERPRINT} as fingerprint
           from ${table}`,
      )
      const rows = await modules[module].query<Omit<TableContents, 'tenantId' | 'module'>>(
        counts.join(' union all '),
      )
      return rows.map((row) => ({ ...row, tenantId, module }))
    }),
  )
  return seen.flat()
}
