import type { Kysely } from 'kysely'
import { moduleSchema } from '../identity/module-name.js'
import { asAdministrator } from './acting-role.js'
import type { Finding } from './finding.js'
import type { Isolation } from './isolation.js'
import { isComplete, readModuleState } from './module-state.js'
import { type RelationFacts, readRelations } from './relation-facts.js'
import { columnFindings } from './secure-module.js'
import { isSecure, isUnprotected } from './secure-relation.js'
import { isConvertible, sequenceFindings } from './serial-columns.js'
import { quoteIdentifier } from './server-facts.js'
import { keyFindings } from './table-findings.js'
import { readTableEntries } from './table-registry.js'
import { canBeProtected } from './tenant-policies.js'

/** What is weaker in a module than it must be. */
export async function inspectModule(
  isolation: Isolation,
  module: string,
  tenantColumn: string,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  const state = await readModuleState(isolation.db, isolation, module)
  if (!isComplete(state, isolation.names.owner(module))) {
    findings.push({
      id: 'module-incomplete',
      grade: 'warning',
      message: `Module "${module}" lacks a role, a membership, its schema or its default privileges.`,
      remedy: `Call createModule('${module}').`,
    })
  }
  return isolation.db
    .transaction()
    .execute((trx) =>
      asAdministrator(trx, isolation.server.administrator, async () => [
        ...findings,
        ...(await relationFindings(trx, isolation, { module, tenantColumn })),
        ...(await keyFindings(trx, module)),
      ]),
    )
}

async function relationFindings(
  trx: Kysely<unknown>,
  isolation: Isolation,
  { module, tenantColumn }: { readonly module: string; readonly tenantColumn: string },
): Promise<readonly Finding[]> {
  const entries = new Map(
    (await readTableEntries(trx, module)).map((entry) => [entry.name, entry] as const),
  )
  const tenantColumns = new Map(
    [...entries].map(([name, entry]) => [name, entry.tenantColumn ?? tenantColumn] as const),
  )
  const relations = await readRelations(trx, isolation, { module, tenantColumn, tenantColumns })
  let rls = false
  return relations.flatMap((relation) => {
    const entry = entries.get(relation.name)
    if (!relation.isPartition) rls = canBeProtected(relation) && (entry?.rls ?? true)
    const exempt = relation.isPartition || entry?.rls === false
    return [
      ...weaknesses(isolation, { module, relation, rls }),
      ...sequenceFindings(relation),
      ...(exempt ? [] : columnFindings(relation)),
    ]
  })
}

function weaknesses(
  isolation: Isolation,
  work: { readonly module: string; readonly relation: RelationFacts; readonly rls: boolean },
): readonly Finding[] {
  const { module, relation, rls } = work
  if (isSecure(isolation, work)) return []
  const name = `${moduleSchema(module)}.${quoteIdentifier(relation.name)}`
  const remedy = `Call protectTable('${module}', '${relation.name}').`
  const again = `Call secureModule('${module}').`
  if (rls && isUnprotected(isolation, work)) {
    const what = relation.isPartition ? 'partition' : 'table'
    const message = `The ${what} ${name} has the tenant column and is not under its policies.`
    return [
      {
        id: 'table-unprotected',
        grade: 'error',
        message,
        remedy: relation.isPartition ? again : remedy,
      },
    ]
  }
  if (relation.kind === 'm' && relation.grantees.length > 0) {
    const message = `The materialized view ${name}, which holds every tenant, is granted.`
    return [{ id: 'materialized-view-granted', grade: 'error', message, remedy: again }]
  }
  if (relation.isPartition && relation.grantees.length > 0) {
    const message = `The partition ${name} is granted: it is read past the policies of its table.`
    return [{ id: 'partition-granted', grade: 'error', message, remedy: again }]
  }
  if (relation.kind === 'v' && !relation.securityInvoker) {
    const message = `The view ${name} reads as its owner.`
    const sql = `ALTER VIEW ${name} SET (security_invoker = true);`
    return [{ id: 'view-security-invoker', grade: 'warning', message, remedy: again, sql }]
  }
  if (relation.sequences.some(isConvertible)) {
    const message = `A column of ${name} draws from a sequence that no module may use.`
    return [{ id: 'sequence-default', grade: 'warning', message, remedy: again }]
  }
  const message = `${name} has another owner, grants, index or default than it must have.`
  return [{ id: 'relation-differs', grade: 'warning', message, remedy: rls ? remedy : again }]
}
