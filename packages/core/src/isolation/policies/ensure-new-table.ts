import { createHash } from 'node:crypto'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { moduleSchema } from '../../identity/module-name.js'
import type { Isolation } from '../isolation.js'
import { ownerPath } from '../modules/owner-access.js'
import { runScript } from '../run-script.js'
import type { RelationFacts } from './relation-facts.js'
import { statementsOf } from './secure-relation.js'
import type { EnsuredTable } from './table-registry.js'
import { registerStanding } from './table-standing.js'

/** What is known of a table because the transaction has just made it. */
export interface NewTable {
  readonly isPartitioned: boolean
  /** The `pg_type` name of the tenant column, which is NOT NULL. */
  readonly tenantType: string | undefined
  /** Whether an index can find rows by the tenant column. */
  readonly hasTenantIndex: boolean
  readonly primaryKey: readonly string[]
}

/** A table and the statements that make it, before isolation adds to it. */
export interface TableMaking {
  readonly wanted: EnsuredTable
  readonly made: NewTable
  readonly statements: readonly string[]
}

/**
 * What `ensureTable` does, in two round trips: for a table that this transaction, begun by
 * `asOwner`, has just made and nobody else can have touched, whose columns draw from no sequence of
 * their own.
 */
export async function ensureNewTable(
  trx: Kysely<unknown>,
  isolation: Isolation,
  making: TableMaking,
): Promise<void> {
  const { wanted } = making
  const { names, server } = isolation
  await runScript(trx, [
    sql`SELECT set_config('search_path', 'pg_catalog', true)`,
    ...additions(isolation, making),
    sql`SELECT set_config('role', ${sql.lit(server.administrator)}, true)`,
  ])
  await registerStanding(trx, wanted, {
    recipe: recipeOf(isolation, making),
    role: names.owner(wanted.module),
    path: ownerPath(wanted.module),
  })
}

/** All that decides what becomes of a table, statements of isolation included. */
export function recipeOf(isolation: Isolation, making: TableMaking): string {
  const { wanted, statements } = making
  const added = additions(isolation, making).map((one) => one.compile(isolation.db).sql)
  const parts = JSON.stringify([wanted, statements, added])
  return createHash('sha256').update(parts).digest('hex')
}

function additions(
  isolation: Isolation,
  { wanted, made }: TableMaking,
): readonly RawBuilder<unknown>[] {
  const relation = relationOf(isolation, wanted, made)
  const { module, tenantColumn } = wanted
  return statementsOf(isolation, { module, relation, rls: tenantColumn !== undefined })
}

function relationOf(
  { names }: Isolation,
  { module, table, tenantColumn }: EnsuredTable,
  { isPartitioned, tenantType, hasTenantIndex, primaryKey }: NewTable,
): RelationFacts {
  return {
    module,
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
            isGenerated: false,
            hasDefault: false,
            hasIndex: hasTenantIndex,
          },
    primaryKey,
    policies: [],
    sequences: [],
  }
}
