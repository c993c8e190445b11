import type { ModuleDatabases } from '../model/operation.js'
import { MODULE_DEFINITIONS } from '../modules/module-definitions.js'
import type { DemoSystem } from '../platform/create-system.js'
import type { Tenant } from '../world/world.js'
import type { ModuleTable } from './module-tables.js'
import { FINGERPRINT, type TableContents } from './table-contents.js'

/** Whose eyes to look through. */
export interface VisibleContentsOptions {
  readonly system: DemoSystem
  readonly modules: ModuleDatabases
  readonly tenants: readonly Tenant[]
  readonly tables: readonly ModuleTable[]
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
  { modules, tables }: VisibleContentsOptions,
): Promise<TableContents[]> {
  const seen = await Promise.all(
    Object.values(MODULE_DEFINITIONS).map(async ({ name: module }) => {
      const counts = tables
        .filter((table) => table.module === module)
        .map(
          ({ table }) =>
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
