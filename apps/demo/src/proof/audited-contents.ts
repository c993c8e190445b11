import pg from 'pg'
import type { ModuleTable } from './module-tables.js'
import { FINGERPRINT, type TableContents } from './table-contents.js'

/**
 * What the tables hold, by tenant: told by a superuser over a plain connection, which knows
 * nothing of this system and which row-level security does not bind.
 */
export async function auditedContents(
  auditor: pg.Client,
  tables: readonly ModuleTable[],
): Promise<TableContents[]> {
  const contents: TableContents[] = []
  for (const { module, table } of tables) {
    const source = [`module_${module}`, table].map(pg.escapeIdentifier).join('.')
    const { rows } = await auditor.query(
      `select organization_id, count(*)::int as rows, ${FINGERPRINT} as fingerprint
       from ${source} group by organization_id`,
    )
    for (const { organization_id: tenantId, rows: count, fingerprint } of rows) {
      contents.push({ tenantId, module, table, rows: count, fingerprint })
    }
  }
  return contents
}
