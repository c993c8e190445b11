import { type RawBuilder, sql } from 'kysely'
import type { RoleNames } from '../../identity/role-names.js'
import type { PolicyFacts, RelationFacts, TenantColumnFacts } from './relation-facts.js'

export interface TenantPolicy {
  readonly name: (typeof POLICY_NAMES)[number]
  readonly permissive: boolean
  readonly roles: readonly string[]
  /** The condition as SQL, and as PostgreSQL prints it. */
  readonly condition: RawBuilder<unknown>
  readonly printed: string
}

/** The policies of a protected table. */
export const POLICY_NAMES = ['plataforma_access', 'plataforma_tenant', 'plataforma_owner'] as const

/** The types of tenant columns: the cast from text, and how the comparison is printed. */
const TYPES: Readonly<Record<string, TenantType>> = {
  uuid: { cast: 'uuid', printed: 'uuid' },
  text: {},
  varchar: { varying: true },
  int8: { cast: 'int8', printed: 'bigint' },
}

interface TenantType {
  readonly cast?: string
  readonly printed?: string
  readonly varying?: boolean
}

/** As PostgreSQL prints it, spaces aside. */
const VERIFIED =
  'COALESCE(( SELECT v.tenant_id FROM plataforma.verified_tenant v), plataforma.tenant_id())'

export function isTenantType(column: TenantColumnFacts): boolean {
  return Object.hasOwn(TYPES, column.type) && column.deterministic
}

/** Whether it is a table with a tenant column that policies can compare. */
export function canBeProtected({ kind, tenant }: RelationFacts): boolean {
  return (kind === 'r' || kind === 'p') && tenant !== undefined && isTenantType(tenant)
}

/** `plataforma.tenant_default()` in the type of the column. */
export function tenantDefault(column: TenantColumnFacts): RawBuilder<unknown> {
  const cast = TYPES[column.type]?.cast
  return cast ? sql`plataforma.tenant_default()::${sql.id(cast)}` : sql`plataforma.tenant_default()`
}

/**
 * The policies of a table with a tenant column. The permissive one lets in; the restrictive ones
 * narrow, so that no later permissive policy can widen them. `(SELECT …)` makes PostgreSQL verify
 * the context once per statement: by the view, and by the function where the view has no row, which
 * then says why or takes more trouble.
 */
export function tenantPolicies(
  names: RoleNames,
  module: string,
  column: TenantColumnFacts,
): readonly TenantPolicy[] {
  const { cast, printed: type, varying } = TYPES[column.type] ?? {}
  const owner = names.owner(module)
  const verified = sql`coalesce((SELECT v.tenant_id FROM plataforma.verified_tenant AS v), plataforma.tenant_id())`
  const id = sql.id(column.name)
  const isTenant = cast
    ? sql`${id} = (SELECT ${verified}::${sql.id(cast)})`
    : sql`${id} = (SELECT ${verified})`
  const printedColumn = varying ? `(${column.quoted})::text` : column.quoted
  const printedTenant = type ? `(${VERIFIED})::${type}` : VERIFIED
  const printed = `(${printedColumn} = ( SELECT ${printedTenant} AS "coalesce"))`
  return [
    {
      name: 'plataforma_access',
      permissive: true,
      roles: [names.tenants, owner, names.system],
      condition: sql`true`,
      printed: 'true',
    },
    {
      name: 'plataforma_tenant',
      permissive: false,
      roles: [names.tenants],
      condition: isTenant,
      printed,
    },
    {
      name: 'plataforma_owner',
      permissive: false,
      roles: [owner],
      condition: sql`(SELECT plataforma.owner_mode()) OR ${isTenant}`,
      printed: `(( SELECT plataforma.owner_mode() AS owner_mode) OR ${printed})`,
    },
  ]
}

/** Whether the table has the policy exactly as it must be. */
export function holds(policy: TenantPolicy, found: readonly PolicyFacts[]): boolean {
  return found.some(
    (one) =>
      one.name === policy.name &&
      one.permissive === policy.permissive &&
      one.command === '*' &&
      one.check === null &&
      one.using?.replace(/\s+/g, ' ') === policy.printed &&
      [...one.roles].sort().join() === [...policy.roles].sort().join(),
  )
}

/** The statements that give a table its policies, none where it has them. */
export function policyStatements(
  policies: readonly TenantPolicy[],
  relation: RelationFacts,
): readonly RawBuilder<unknown>[] {
  const table = sql.id(relation.schema, relation.name)
  return policies.flatMap((policy) => {
    if (holds(policy, relation.policies)) return []
    const exists = relation.policies.some((one) => one.name === policy.name)
    const kind = policy.permissive ? sql`PERMISSIVE` : sql`RESTRICTIVE`
    const roles = sql.join(policy.roles.map((role) => sql.id(role)))
    return [
      ...(exists ? [sql`DROP POLICY ${sql.id(policy.name)} ON ${table}`] : []),
      sql`CREATE POLICY ${sql.id(policy.name)} ON ${table} AS ${kind} TO ${roles} USING (${policy.condition})`,
    ]
  })
}
