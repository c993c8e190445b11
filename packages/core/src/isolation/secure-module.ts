import type { Kysely } from 'kysely'
import { asAdministrator } from './acting-role.js'
import { bookkeeping } from './bookkeeping/bookkeeping-tables.js'
import type { Finding } from './finding.js'
import type { Isolation } from './isolation.js'
import { type RelationFacts, readRelations } from './relation-facts.js'
import { isSecure, secureRelation } from './secure-relation.js'
import { sequenceFindings } from './serial-columns.js'
import { isTenantType } from './tenant-policies.js'

export interface ModuleToSecure {
  readonly module: string
  readonly tenantColumn: string
  /** Whether new tables with the tenant column are protected too; only views and grants if not. */
  readonly newTables: boolean
}

/**
 * Brings everything in a module's schema to what isolation asks for, inside a transaction of the
 * administrator: whatever SQL the owner has run, a new table with the tenant column is protected,
 * views read as their caller, and partitions and materialized views are granted to no module. A
 * table that the registry has as unprotected stays so. Repeatable, and only reads where all is well.
 */
export async function secureModule(
  trx: Kysely<unknown>,
  isolation: Isolation,
  { module, tenantColumn, newTables }: ModuleToSecure,
): Promise<readonly Finding[]> {
  return asAdministrator(trx, isolation.server.administrator, async () => {
    const question = { module, tenantColumn, asRegistered: true }
    const relations = await readRelations(trx, isolation, question)
    let rls = false
    for (const relation of relations) {
      if (!relation.isPartition) {
        rls = isToProtect(relation, newTables)
        if (rls && relation.registered === null) await register(trx, module, relation)
      }
      const work = { module, relation, rls }
      if (!isSecure(isolation, work)) await secureRelation(trx, isolation, work)
    }
    await forget(trx, module, relations)
    return relations.flatMap((relation) => findingsOf(relation))
  })
}

function isToProtect({ kind, registered, tenant }: RelationFacts, newTables: boolean): boolean {
  if (kind !== 'r' && kind !== 'p') return false
  return tenant !== null && isTenantType(tenant) && (registered?.rls ?? newTables)
}

async function register(
  trx: Kysely<unknown>,
  module: string,
  { name, tenant }: RelationFacts,
): Promise<void> {
  await bookkeeping(trx)
    .insertInto('plataforma.tables')
    .values({ module, name, rls: true, tenant_column: tenant?.name ?? null })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Tables that are there no more. */
async function forget(
  trx: Kysely<unknown>,
  module: string,
  relations: readonly RelationFacts[],
): Promise<void> {
  const rows = await bookkeeping(trx)
    .selectFrom('plataforma.tables')
    .select('name')
    .where('module', '=', module)
    .execute()
  const present = new Set(relations.map((relation) => relation.name))
  const gone = rows.map((row) => row.name).filter((name) => !present.has(name))
  if (gone.length === 0) return
  await bookkeeping(trx)
    .deleteFrom('plataforma.tables')
    .where('module', '=', module)
    .where('name', 'in', gone)
    .execute()
}

function findingsOf(relation: RelationFacts): readonly Finding[] {
  const { tenant, kind, registered } = relation
  const findings = [...sequenceFindings(relation)]
  if (tenant === null || registered?.rls === false || relation.isPartition) return findings
  const name = `${relation.schema}.${relation.name}`
  if (kind === 'f') {
    findings.push({
      check: 'foreign-table',
      status: 'error',
      message: `The foreign table ${name} has the tenant column and cannot be protected.`,
      remedy: `REVOKE ALL ON the foreign table from the module's runtime role.`,
    })
  } else if ((kind === 'r' || kind === 'p') && !isTenantType(tenant)) {
    findings.push({
      check: 'tenant-column-type',
      status: 'error',
      message: `The tenant column of ${name} is a ${tenant.type}: the table is not protected.`,
      remedy: 'Make it UUID, TEXT, VARCHAR or BIGINT.',
    })
  }
  return findings
}
