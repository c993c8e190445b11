import type { Kysely } from 'kysely'
import { asAdministrator, withRole } from '../acting-role.js'
import type { Finding } from '../inspection/finding.js'
import type { Isolation } from '../isolation.js'
import { type RelationFacts, readRelations } from '../policies/relation-facts.js'
import {
  assertProtectable,
  type RelationWork,
  secureRelations,
} from '../policies/secure-relation.js'
import { sequenceFindings } from '../policies/serial-columns.js'
import { forgetTables, readTableEntries, registerTable } from '../policies/table-registry.js'
import { canBeProtected, isTenantType } from '../policies/tenant-policies.js'

export interface ModuleToSecure {
  readonly module: string
  /** Everything in the module's schema where it is left out. */
  readonly table?: string
  readonly tenantColumn: string
  /** Whether new tables with the tenant column are protected too; only views and grants if not. */
  readonly newTables: boolean
  /** Whether `onTables` is told; true unless given. */
  readonly tell?: boolean
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
  wanted: ModuleToSecure,
): Promise<readonly Finding[]> {
  const { findings, tables } = await secure(trx, isolation, wanted)
  const { onTables, names } = isolation
  if (onTables !== undefined && wanted.tell !== false && tables.length > 0) {
    const { module } = wanted
    await withRole(trx, names.owner(module), () => onTables({ module, tables }, trx))
  }
  return findings
}

async function secure(
  trx: Kysely<unknown>,
  isolation: Isolation,
  { module, table, tenantColumn, newTables }: ModuleToSecure,
): Promise<{ readonly findings: readonly Finding[]; readonly tables: readonly string[] }> {
  return asAdministrator(trx, isolation.server.administrator, async () => {
    const known = await readTableEntries(trx, [module], table)
    const entries = new Map(known.map((entry) => [entry.name, entry] as const))
    const question = { modules: [module], table, tenantColumn, entries: known }
    const relations = await readRelations(trx, isolation, question)
    const works: RelationWork[] = []
    const tables: string[] = []
    let rls = false
    for (const relation of relations) {
      if (!relation.isPartition) {
        const entry = entries.get(relation.name)
        // A table that is named is protected or refused, never left open because of its column.
        const isWanted = entry?.rls ?? (newTables && isTable(relation))
        if (table !== undefined && isWanted && relation.tenant !== undefined) {
          assertProtectable({ module, relation, rls: true }, relation.tenant.name)
        }
        rls = canBeProtected(relation) && (entry?.rls ?? newTables)
        if (rls && entry === undefined) {
          const column = relation.tenant?.name
          await registerTable(trx, { module, table: relation.name, tenantColumn: column })
        }
        if (rls || entry !== undefined) tables.push(relation.name)
      }
      works.push({ module, relation, rls })
    }
    await secureRelations(trx, isolation, works)
    const present = new Set(relations.map((relation) => relation.name))
    const gone = [...entries.keys()].filter((name) => !present.has(name))
    await forgetTables(trx, module, gone)
    const findings = relations.flatMap((relation) => {
      const exempt = relation.isPartition || entries.get(relation.name)?.rls === false
      return [...sequenceFindings(relation), ...(exempt ? [] : columnFindings(relation))]
    })
    return { findings, tables }
  })
}

function isTable({ kind }: RelationFacts): boolean {
  return kind === 'r' || kind === 'p'
}

/** Why a relation with the tenant column is not protected. */
export function columnFindings(relation: RelationFacts): readonly Finding[] {
  const { schema, name, kind, tenant } = relation
  if (tenant === undefined) return []
  if (kind === 'f') {
    return [
      {
        id: 'foreign-table',
        grade: 'error',
        message: `The foreign table ${schema}.${name} has the tenant column and cannot be protected.`,
        remedy: 'Revoke every privilege on it, and read it through a function of the owner.',
      },
    ]
  }
  if (!isTable(relation) || isTenantType(tenant)) return []
  return [
    {
      id: 'tenant-column-type',
      grade: 'error',
      message: `The tenant column of ${schema}.${name} is a ${tenant.type}: the table is not protected.`,
      remedy: 'Make it UUID, TEXT, VARCHAR or BIGINT.',
    },
  ]
}
