import { type Kysely, sql } from 'kysely'
import { moduleSchema } from '../identity/module-name.js'
import type { Isolation } from './isolation.js'
import { moduleLoginMemberships, moduleLogins } from './logins.js'
import { existingRoles, type Membership, missingMemberships } from './roles.js'

/** What a module still lacks. */
export interface ModuleState {
  readonly registered: boolean
  /** Owner of the module's schema, `undefined` where there is none. */
  readonly schemaOwner: string | undefined
  /** Whether new tables of the owner are granted to the runtime and the system role. */
  readonly hasDefaults: boolean
  readonly missingGroups: readonly string[]
  readonly missingLogins: readonly string[]
  readonly missingMemberships: readonly Membership[]
}

/** Reads it in three statements. */
export async function readModuleState(
  db: Kysely<unknown>,
  isolation: Isolation,
  module: string,
): Promise<ModuleState> {
  const { names } = isolation
  const groups = [names.owner(module), names.runtime(module)]
  const logins = moduleLogins(isolation, module)
  const { rows } = await sql<Pick<ModuleState, 'registered' | 'schemaOwner' | 'hasDefaults'>>`
    SELECT
      EXISTS (SELECT FROM plataforma.modules WHERE name = ${module}) AS "registered",
      (SELECT pg_get_userbyid(nspowner)::text FROM pg_catalog.pg_namespace
        WHERE nspname = ${moduleSchema(module)}) AS "schemaOwner",
      (SELECT count(*) = 2
        FROM pg_catalog.pg_default_acl AS d
          JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
          CROSS JOIN aclexplode(d.defaclacl) AS a
        WHERE n.nspname = ${moduleSchema(module)} AND d.defaclobjtype = 'r'
          AND pg_get_userbyid(d.defaclrole) = ${names.owner(module)}
          AND pg_get_userbyid(a.grantee) IN (${names.runtime(module)}, ${names.system})
          AND a.privilege_type = 'DELETE') AS "hasDefaults"`.execute(db)
  const existing = await existingRoles(db, [...groups, ...logins])
  const memberships: Membership[] = [
    { role: names.tenants, member: names.runtime(module), mode: 'inherit' },
    ...moduleLoginMemberships(isolation, module),
  ]
  return {
    registered: rows[0]?.registered ?? false,
    schemaOwner: rows[0]?.schemaOwner ?? undefined,
    hasDefaults: rows[0]?.hasDefaults ?? false,
    missingGroups: groups.filter((name) => !existing.has(name)),
    missingLogins: logins.filter((name) => !existing.has(name)),
    missingMemberships: await missingMemberships(db, memberships),
  }
}

export function isComplete(state: ModuleState, owner: string): boolean {
  return (
    state.registered &&
    state.hasDefaults &&
    state.schemaOwner === owner &&
    state.missingGroups.length + state.missingLogins.length + state.missingMemberships.length === 0
  )
}
