import type { Kysely } from 'kysely'
import { moduleSchema } from '../../identity/module-name.js'
import { asAdministrator } from '../acting-role.js'
import type { Isolation } from '../isolation.js'
import { isComplete, readModuleStates } from '../modules/module-state.js'
import { columnFindings } from '../modules/secure-module.js'
import {
  keyOf,
  type RelationFacts,
  type RelationQuestion,
  readRelations,
} from '../policies/relation-facts.js'
import { isSecure, isUnprotected } from '../policies/secure-relation.js'
import { isConvertible, sequenceFindings } from '../policies/serial-columns.js'
import { readTableEntries } from '../policies/table-registry.js'
import { canBeProtected } from '../policies/tenant-policies.js'
import { quoteIdentifier } from '../server-facts.js'
import type { Finding } from './finding.js'
import { parentFindings } from './open-parents.js'
import { keyFindings, type ModuleFinding } from './table-findings.js'

/** What is weaker in modules than it must be, in as many statements as for one of them. */
export async function inspectModules(
  isolation: Isolation,
  modules: readonly string[],
  tenantColumn: string,
): Promise<readonly Finding[]> {
  const { db, names, server } = isolation
  const states = await readModuleStates(db, isolation, modules)
  const found = await db
    .transaction()
    .execute((trx) =>
      asAdministrator(trx, server.administrator, async () => [
        ...(await relationFindings(trx, isolation, { modules, tenantColumn })),
        ...(await keyFindings(trx, modules)),
        ...(await parentFindings(trx, modules, tenantColumn)),
      ]),
    )
  return modules.flatMap((module) => {
    const state = states.get(module)
    const isWhole = state !== undefined && isComplete(state, names.owner(module))
    const mine = found.filter((one) => one.module === module).map(({ finding }) => finding)
    return isWhole ? mine : [incomplete(module), ...mine]
  })
}

function incomplete(module: string): Finding {
  return {
    id: 'module-incomplete',
    grade: 'warning',
    message: `Module "${module}" lacks a role, a membership, its schema or its default privileges.`,
    remedy: `Call createModule('${module}').`,
  }
}

async function relationFindings(
  trx: Kysely<unknown>,
  isolation: Isolation,
  { modules, tenantColumn }: Pick<RelationQuestion, 'modules' | 'tenantColumn'>,
): Promise<readonly ModuleFinding[]> {
  const known = await readTableEntries(trx, modules)
  const entries = new Map(known.map((entry) => [keyOf(entry), entry] as const))
  const question = { modules, tenantColumn, entries: known }
  let rls = false
  return (await readRelations(trx, isolation, question)).flatMap((relation) => {
    const { module } = relation
    const entry = entries.get(keyOf(relation))
    if (!relation.isPartition) rls = canBeProtected(relation) && (entry?.rls ?? true)
    const exempt = relation.isPartition || entry?.rls === false
    const findings = [
      ...weaknesses(isolation, { module, relation, rls }),
      ...sequenceFindings(relation),
      ...(exempt ? [] : columnFindings(relation)),
    ]
    return findings.map((finding) => ({ module, finding }))
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
