import { type Kysely, sql } from 'kysely'
import { PlataformaError } from '../../error/plataforma-error.js'
import { assertModuleName } from '../../identity/module-name.js'
import { withRole } from '../acting-role.js'
import { bookkeeping } from '../bookkeeping/bookkeeping-tables.js'
import { retryCatalogRaces } from '../bookkeeping/catalog-race.js'
import { explainingPrivileges } from '../explaining-privileges.js'
import type { Isolation } from '../isolation.js'
import { type OurLogin, ourLogins } from '../logins/our-logins.js'
import { existingRoles, letAdministratorBecome } from '../logins/roles.js'
import { lockModules } from './create-module.js'
import { assertModuleExists } from './module-registry.js'

/** How long a session of a login that is dropped may take to end. */
const TERMINATION_MS = 1_000

/**
 * Drops a module for good: its schema with all that is in it, what other modules made on it, its
 * doors, its roles, its logins of every secret with their sessions, and its rows in the registry.
 *
 * @throws PlataformaError `PLT_OPTION_INVALID` unless `confirm` repeats the name,
 * `PLT_MODULE_NOT_FOUND`
 */
export async function dropModule(
  isolation: Isolation,
  module: string,
  options: { readonly confirm: string },
): Promise<void> {
  assertModuleName(module)
  const { confirm } = options ?? {}
  if (confirm !== module) {
    throw new PlataformaError('PLT_OPTION_INVALID', `Dropping "${module}" was not confirmed.`, {
      module,
      remedy: `Pass { confirm: '${module}' }: every table of the module is dropped.`,
    })
  }
  await assertModuleExists(isolation.db, module)
  await explainingPrivileges(isolation, () =>
    retryCatalogRaces(() =>
      isolation.db.transaction().execute(async (trx) => {
        await lockModules(trx)
        await dropAll(trx, isolation, module)
      }),
    ),
  )
}

async function dropAll(trx: Kysely<unknown>, isolation: Isolation, module: string): Promise<void> {
  const { names, server } = isolation
  const groups = [names.runtime(module), names.owner(module)]
  const existing = await existingRoles(trx, groups)
  const roles = groups.filter((role) => existing.has(role))
  await letAdministratorBecome(trx, server, roles)
  for (const role of roles) await revokeGrants(trx, role)
  // As the role itself: on 16 and later the administrator's membership does not inherit.
  for (const role of roles) {
    await withRole(trx, role, () => sql`DROP OWNED BY CURRENT_USER CASCADE`.execute(trx))
  }
  const logins = (await ourLogins(trx, isolation)).filter(
    ({ identity }) => identity.kind === 'module' && identity.module === module,
  )
  const database = sql.id(server.database)
  await endSessions(trx, isolation, logins)
  for (const name of [...logins.map((login) => login.name), ...roles]) {
    await sql`REVOKE ALL ON DATABASE ${database} FROM ${sql.id(name)}`.execute(trx)
  }
  for (const role of [...logins.map(({ name }) => name), ...roles]) {
    await sql`DROP ROLE ${sql.id(role)}`.execute(trx)
  }
  await bookkeeping(trx).deleteFrom('plataforma.modules').where('name', '=', module).execute()
}

/** A session outlives its login, and would fail for a module that is made anew. */
async function endSessions(
  trx: Kysely<unknown>,
  { server }: Isolation,
  logins: readonly OurLogin[],
): Promise<void> {
  const names = logins.map(({ name }) => name)
  await letAdministratorBecome(trx, server, names)
  for (const name of names) {
    // As the login itself: every role may end its own sessions.
    await withRole(trx, name, () =>
      sql`SELECT pg_terminate_backend(pid, ${TERMINATION_MS}) FROM pg_catalog.pg_stat_activity
        WHERE usename = ${name} AND datname = current_database()`.execute(trx),
    )
  }
}

/** What others have granted to a role, each taken back as its owner: nobody else can. */
async function revokeGrants(trx: Kysely<unknown>, role: string): Promise<void> {
  const { rows } = await sql<{ owner: string; schema: string; relation: string | null }>`
    SELECT pg_get_userbyid(c.relowner)::text AS owner, n.nspname::text AS schema,
      c.relname::text AS relation
    FROM pg_catalog.pg_shdepend AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid AND d.datname = current_database()
      JOIN pg_catalog.pg_class AS c ON c.oid = s.objid AND s.classid = 'pg_class'::regclass
      JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE s.refobjid = to_regrole(quote_ident(${role})) AND s.deptype = 'a'
    UNION
    SELECT pg_get_userbyid(n.nspowner)::text, n.nspname::text, NULL
    FROM pg_catalog.pg_shdepend AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid AND d.datname = current_database()
      JOIN pg_catalog.pg_namespace AS n ON n.oid = s.objid AND s.classid = 'pg_namespace'::regclass
    WHERE s.refobjid = to_regrole(quote_ident(${role})) AND s.deptype = 'a'`.execute(trx)
  for (const { owner, schema, relation } of rows) {
    const target = relation === null ? sql`SCHEMA ${sql.id(schema)}` : sql.id(schema, relation)
    await withRole(trx, owner, () => sql`REVOKE ALL ON ${target} FROM ${sql.id(role)}`.execute(trx))
  }
}
