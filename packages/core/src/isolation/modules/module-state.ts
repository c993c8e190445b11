import { type Kysely, sql } from 'kysely'
import { moduleSchema } from '../../identity/module-name.js'
import type { Isolation } from '../isolation.js'
import { moduleLoginMemberships, moduleLogins } from '../logins/logins.js'
import { existingRoles, type Membership, missingMemberships } from '../logins/roles.js'

/** What a module still lacks. */
export interface ModuleState {
  readonly registered: boolean
  /** Owner of the module's schema, `undefined` where there is none. */
  readonly schemaOwner: string | undefined
  /** Whether new tables of the owner are granted to the runtime and the system role. */
  readonly hasDefaults: boolean
  /** Whether the owner may make temporary tables, as migrations do. */
  readonly mayMakeTemporary: boolean
  readonly missingGroups: readonly string[]
  readonly missingLogins: readonly string[]
  readonly missingMemberships: readonly Membership[]
}

export async function readModuleState(
  db: Kysely<unknown>,
  isolation: Isolation,
  module: string,
): Promise<ModuleState> {
  const states = await readModuleStates(db, isolation, [module])
  return states.get(module) ?? NOTHING
}

const NOTHING: ModuleState = {
  registered: false,
  schemaOwner: undefined,
  hasDefaults: false,
  mayMakeTemporary: false,
  missingGroups: [],
  missingLogins: [],
  missingMemberships: [],
}

interface StateRow extends Pick<ModuleState, 'registered' | 'hasDefaults' | 'mayMakeTemporary'> {
  readonly module: string
  readonly schemaOwner: string | null
}

/** Reads those of any number of modules in three statements. */
export async function readModuleStates(
  db: Kysely<unknown>,
  isolation: Isolation,
  modules: readonly string[],
): Promise<ReadonlyMap<string, ModuleState>> {
  const { names } = isolation
  const owners = modules.map((module) => names.owner(module))
  const runtimes = modules.map((module) => names.runtime(module))
  const logins = modules.flatMap((module) => moduleLogins(isolation, module))
  const { rows } = await sql<StateRow>`
    SELECT
      m.name AS "module",
      EXISTS (SELECT FROM plataforma.modules AS r WHERE r.name = m.name) AS "registered",
      (SELECT pg_get_userbyid(nspowner)::text FROM pg_catalog.pg_namespace
        WHERE nspname = m.schema) AS "schemaOwner",
      (SELECT count(*) = 2
        FROM pg_catalog.pg_default_acl AS d
          JOIN pg_catalog.pg_namespace AS n ON n.oid = d.defaclnamespace
          CROSS JOIN aclexplode(d.defaclacl) AS a
        WHERE n.nspname = m.schema AND d.defaclobjtype = 'r'
          AND pg_get_userbyid(d.defaclrole) = m.owner
          AND pg_get_userbyid(a.grantee) IN (m.runtime, ${names.system})
          AND a.privilege_type = 'DELETE') AS "hasDefaults",
      coalesce((SELECT has_database_privilege(o.oid, current_database(), 'TEMP')
        FROM pg_catalog.pg_roles AS o WHERE o.rolname = m.owner), false) AS "mayMakeTemporary"
    FROM unnest(${modules}::text[], ${modules.map(moduleSchema)}::text[], ${owners}::text[],
      ${runtimes}::text[]) AS m (name, schema, owner, runtime)`.execute(db)
  const existing = await existingRoles(db, [...owners, ...runtimes, ...logins])
  const isMissing = (name: string) => !existing.has(name)
  const missing = await missingMemberships(
    db,
    modules.flatMap((module) => membershipsOf(isolation, module)),
  )
  return new Map(
    rows.map(({ module, registered, schemaOwner, hasDefaults, mayMakeTemporary }) => {
      const mine = membershipsOf(isolation, module)
      const state: ModuleState = {
        registered,
        schemaOwner: schemaOwner ?? undefined,
        hasDefaults,
        mayMakeTemporary,
        missingGroups: [names.owner(module), names.runtime(module)].filter(isMissing),
        missingLogins: moduleLogins(isolation, module).filter(isMissing),
        missingMemberships: missing.filter((one) => mine.some((other) => areSame(one, other))),
      }
      return [module, state]
    }),
  )
}

function membershipsOf(isolation: Isolation, module: string): readonly Membership[] {
  const { names } = isolation
  return [
    { role: names.tenants, member: names.runtime(module), mode: 'inherit' },
    ...moduleLoginMemberships(isolation, module),
  ]
}

function areSame(one: Membership, other: Membership): boolean {
  return one.role === other.role && one.member === other.member && one.mode === other.mode
}

export function isComplete(state: ModuleState, owner: string): boolean {
  return (
    state.registered &&
    state.hasDefaults &&
    state.mayMakeTemporary &&
    state.schemaOwner === owner &&
    state.missingGroups.length + state.missingLogins.length + state.missingMemberships.length === 0
  )
}
