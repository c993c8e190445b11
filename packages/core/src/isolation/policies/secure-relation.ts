import { type Kysely, type RawBuilder, sql } from 'kysely'
import { PlataformaError } from '../../error/plataforma-error.js'
import { withRole } from '../acting-role.js'
import type { Isolation } from '../isolation.js'
import type { RelationFacts } from './relation-facts.js'
import { isConvertible, makeSerialsIdentity } from './serial-columns.js'
import {
  holds,
  isTenantType,
  policyStatements,
  tenantDefault,
  tenantPolicies,
} from './tenant-policies.js'

/** A relation and whether the tenant policies are to stand on it. */
export interface RelationWork {
  readonly module: string
  readonly relation: RelationFacts
  readonly rls: boolean
}

/** Whether `secureRelations` would leave it as it is. */
export function isSecure(isolation: Isolation, work: RelationWork): boolean {
  const { relation } = work
  return (
    relation.owner === isolation.names.owner(work.module) &&
    !relation.sequences.some(isConvertible) &&
    statementsOf(isolation, work).length === 0
  )
}

/** Whether the policies do not stand on a table that is to have them. */
export function isUnprotected({ names }: Isolation, { relation, module }: RelationWork): boolean {
  const { tenant, enabled, forced, policies } = relation
  if (tenant === undefined) return false
  const wanted = tenantPolicies(names, module, tenant)
  return !enabled || !forced || !tenant.notNull || !wanted.every((one) => holds(one, policies))
}

/**
 * Brings relations of a module to what they must be; run by the administrator.
 *
 * @throws PlataformaError `PLT_OPTION_INVALID`, `PLT_NOT_NULL_VIOLATION`
 */
export async function secureRelations(
  trx: Kysely<unknown>,
  isolation: Isolation,
  works: readonly RelationWork[],
): Promise<void> {
  const todo = works.filter((work) => !isSecure(isolation, work))
  const [first] = todo
  if (first === undefined) return
  for (const work of todo) if (work.rls) assertOrdinaryTenant(work)
  const owner = isolation.names.owner(first.module)
  for (const { relation } of todo) {
    if (relation.owner === owner) continue
    const target = sql.id(relation.schema, relation.name)
    await sql`ALTER ${KINDS[relation.kind]} ${target} OWNER TO ${sql.id(owner)}`.execute(trx)
  }
  await withRole(trx, owner, async () => {
    for (const work of todo) {
      await makeSerialsIdentity(trx, work.relation)
      for (const statement of statementsOf(isolation, work)) await runOn(trx, work, statement)
    }
  })
}

/** The tenant is what the column's default says, and what modules write into it. */
function assertOrdinaryTenant({ module, relation: { name: table, tenant } }: RelationWork): void {
  if (!tenant?.isGenerated) return
  const { name: column } = tenant
  throw new PlataformaError(
    'PLT_OPTION_INVALID',
    `The tenant column "${column}" of "${table}" is generated from other columns.`,
    {
      module,
      table,
      column,
      remedy: 'Make it an ordinary column, without GENERATED ALWAYS AS: its default is the tenant.',
    },
  )
}

const KINDS: Readonly<Record<RelationFacts['kind'], RawBuilder<unknown>>> = {
  r: sql`TABLE`,
  p: sql`TABLE`,
  f: sql`FOREIGN TABLE`,
  v: sql`VIEW`,
  m: sql`MATERIALIZED VIEW`,
}

/** The statements that the owner has to run on the relation, none where all is well. */
export function statementsOf(
  isolation: Isolation,
  work: RelationWork,
): readonly RawBuilder<unknown>[] {
  const { relation } = work
  const id = sql.id(relation.schema, relation.name)
  if (relation.kind === 'v') {
    const invoker = relation.securityInvoker
      ? []
      : [sql`ALTER VIEW ${id} SET (security_invoker = true)`]
    return [...invoker, ...grantStatements(isolation, work)]
  }
  const grants =
    relation.kind === 'm' || relation.isPartition
      ? revokeStatements(isolation, relation)
      : grantStatements(isolation, work)
  const isTable = relation.kind === 'r' || relation.kind === 'p'
  return work.rls && isTable ? [...grants, ...tenantStatements(isolation, work)] : grants
}

function grantStatements(
  { names }: Isolation,
  { relation, module }: RelationWork,
): readonly RawBuilder<unknown>[] {
  if (relation.granted) return []
  const users = sql`${sql.id(names.runtime(module))}, ${sql.id(names.system)}`
  return [
    sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ${sql.id(relation.schema, relation.name)} TO ${users}`,
  ]
}

/** A partition would be read past its parent's policies, a materialized view past all. */
function revokeStatements(
  { names }: Isolation,
  { schema, name, kind, grantees }: RelationFacts,
): readonly RawBuilder<unknown>[] {
  const unwanted = grantees.filter((role) => kind !== 'm' || role !== names.system)
  if (unwanted.length === 0) return []
  const roles = unwanted.map((role) => (role === '' ? sql`PUBLIC` : sql.id(role)))
  return [sql`REVOKE ALL ON ${sql.id(schema, name)} FROM ${sql.join(roles)}`]
}

function tenantStatements(
  { names }: Isolation,
  { relation, module }: RelationWork,
): readonly RawBuilder<unknown>[] {
  const { tenant } = relation
  if (tenant === undefined) return []
  const table = sql.id(relation.schema, relation.name)
  const column = sql.id(tenant.name)
  const changes = [
    ...(relation.enabled ? [] : [sql`ENABLE ROW LEVEL SECURITY`]),
    ...(relation.forced ? [] : [sql`FORCE ROW LEVEL SECURITY`]),
    ...(tenant.notNull ? [] : [sql`ALTER COLUMN ${column} SET NOT NULL`]),
    ...(tenant.hasDefault || relation.isPartition
      ? []
      : [sql`ALTER COLUMN ${column} SET DEFAULT ${tenantDefault(tenant)}`]),
  ]
  const key = relation.primaryKey.filter((name) => name !== tenant.name)
  const columns = sql.join([tenant.name, ...key].map((name) => sql.id(name)))
  return [
    ...(changes.length === 0 ? [] : [sql`ALTER TABLE ${table} ${sql.join(changes)}`]),
    ...policyStatements(tenantPolicies(names, module, tenant), relation),
    ...(tenant.hasIndex || relation.isPartition
      ? []
      : [sql`CREATE INDEX ON ${table} (${columns})`]),
  ]
}

async function runOn(
  trx: Kysely<unknown>,
  { module, relation }: RelationWork,
  statement: RawBuilder<unknown>,
): Promise<void> {
  try {
    await statement.execute(trx)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === '23502')) throw error
    const column = relation.tenant?.name
    throw new PlataformaError(
      'PLT_NOT_NULL_VIOLATION',
      `Rows of "${relation.name}" have no tenant in "${column}".`,
      {
        remedy: 'Fill the column as the owner, for every row, and then protect the table.',
        cause: error,
        sqlState: error.code,
        module,
        table: relation.name,
        column,
      },
    )
  }
}

/**
 * Refuses what cannot be put under the tenant policies.
 *
 * @throws PlataformaError `PLT_OPTION_INVALID`, `PLT_TENANT_COLUMN_MISSING`, `PLT_TYPE_INVALID`
 */
export function assertProtectable({ module, relation }: RelationWork, tenantColumn: string): void {
  const where = { module, table: relation.name }
  if (relation.kind !== 'r' && relation.kind !== 'p') {
    throw new PlataformaError('PLT_OPTION_INVALID', `"${relation.name}" is not a table.`, {
      ...where,
      remedy: 'Protect the tables that a view reads; a foreign table cannot be protected.',
    })
  }
  if (relation.tenant === undefined) {
    throw new PlataformaError(
      'PLT_TENANT_COLUMN_MISSING',
      `Table "${relation.name}" has no column "${tenantColumn}".`,
      {
        ...where,
        column: tenantColumn,
        remedy: `Add the column, or name another as tenantColumn.`,
      },
    )
  }
  if (isTenantType(relation.tenant)) return
  throw new PlataformaError(
    'PLT_TYPE_INVALID',
    `The tenant column "${tenantColumn}" of "${relation.name}" is a ${relation.tenant.type}${relation.tenant.deterministic ? '' : ' whose collation takes different texts for equal'}.`,
    { ...where, column: tenantColumn, remedy: 'Make it UUID, TEXT, VARCHAR or BIGINT.' },
  )
}
