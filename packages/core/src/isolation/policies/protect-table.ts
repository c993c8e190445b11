import { assertGiven } from '../../error/assert-given.js'
import { assertModuleName } from '../../identity/module-name.js'
import { retryCatalogRaces } from '../bookkeeping/catalog-race.js'
import { explainingPrivileges } from '../explaining-privileges.js'
import type { Finding } from '../inspection/finding.js'
import { keyFindings } from '../inspection/table-findings.js'
import type { Isolation } from '../isolation.js'
import { assertModuleExists } from '../modules/module-registry.js'
import { secureModule } from '../modules/secure-module.js'
import { ensureTable } from './ensure-table.js'

/** The tenant column where none is named. */
export const DEFAULT_TENANT_COLUMN = 'organization_id'

/** Puts a table that exists under the tenant policies, and gives what is left to mend by hand. */
export async function protectTable(
  isolation: Isolation,
  module: string,
  { table, tenantColumn }: { readonly table: string; readonly tenantColumn: string },
): Promise<readonly Finding[]> {
  assertModuleName(module)
  assertGiven.text('table', table)
  assertGiven.text('tenantColumn', tenantColumn)
  await assertModuleExists(isolation.db, module)
  return explainingPrivileges(isolation, () =>
    retryCatalogRaces(() =>
      isolation.db.transaction().execute(async (trx) => {
        const found = await ensureTable(trx, isolation, { module, table, tenantColumn })
        await secureModule(trx, isolation, { module, tenantColumn, newTables: false })
        const keys = await keyFindings(trx, [module], table)
        return [...found, ...keys.map(({ finding }) => finding)]
      }),
    ),
  )
}
