import { type Kysely, sql } from 'kysely'
import { moduleSchema } from '../identity/module-name.js'
import type { Isolation } from './isolation.js'
import { ownerPath } from './owner-access.js'
import type { RelationFacts } from './relation-facts.js'
import { runScript } from './run-script.js'
import { statementsOf } from './secure-relation.js'
import { type EnsuredTable, registerTableStatement } from './table-registry.js'

/** What is known of a table because the transaction has just made it. */
export interface NewTable {
  readonly isPartitioned: boolean
  /** The `pg_type` name of the tenant column, which is NOT NULL. */
  readonly tenantType: string | undefined
  /** Whether an index can find rows by the tenant column. */
  readonly hasTenantIndex: boolean
  readonly primaryKey: readonly string[]
}

/**
 * What `ensureTable` does, in one round trip: for a table that this transaction, begun by `asOwner`,
 * has just made and nobody else can have touched, whose columns draw from no sequence of their own.
 */
export async function ensureNewTable(
  trx: Kysely<unknown>,
  isolation: Isolation,
  { wanted, made }: { readonly wanted: EnsuredTable; readonly made: NewTable },
): Promise<void> {
  const { module, tenantColumn } = wanted
  const { names, server } = isolation
  const work = {
    module,
    relation: relationOf(isolation, wanted, made),
    rls: tenantColumn !== undefined,
  }
  await runScript(trx, [
    sql`SELECT set_config('search_path', 'pg_catalog', true)`,
    ...statementsOf(isolation, work),
    sql`SELECT set_config('role', ${sql.lit(server.administrator)}, true)`,
    registerTableStatement(wanted),
    sql`SELECT set_config('role', ${sql.lit(names.owner(module))}, true),
      set_config('search_path', ${sql.lit(ownerPath(module))}, true)`,
  ])
}

function relationOf(
  { names }: Isolation,
  { module, table, tenantColumn }: EnsuredTable,
  { isPartitioned, tenantType, hasTenantIndex, primaryKey }: NewTable,
): RelationFacts {
  return {
    schema: moduleSchema(module),
    name: table,
    kind: isPartitioned ? 'p' : 'r',
    isPartition: false,
    owner: names.owner(module),
    enabled: false,
    forced: false,
    securityInvoker: false,
    grantees: [],
    // The default privileges may have been taken away.
    granted: false,
    tenant:
      tenantColumn === undefined || tenantType === undefined
        ? undefined
        : {
            name: tenantColumn,
            quoted: tenantColumn,
            type: tenantType,
            deterministic: true,
            notNull: true,
            hasDefault: false,
            hasIndex: hasTenantIndex,
          },
    primaryKey,
    policies: [],
    sequences: [],
  }
}
