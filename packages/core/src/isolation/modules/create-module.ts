import { type Kysely, sql } from 'kysely'
import { assertModuleName, moduleSchema } from '../../identity/module-name.js'
import { withRole } from '../acting-role.js'
import { bookkeeping } from '../bookkeeping/bookkeeping-tables.js'
import { retryCatalogRaces } from '../bookkeeping/catalog-race.js'
import { explainingPrivileges } from '../explaining-privileges.js'
import type { Isolation } from '../isolation.js'
import { createLogin } from '../logins/logins.js'
import { createGroupRoles, grantMemberships, letAdministratorBecome } from '../logins/roles.js'
import { isComplete, readModuleState } from './module-state.js'

/**
 * Makes what a module stands on: schema, owner, runtime role, logins, default privileges and its
 * row in the registry. Repeatable: it adds what is missing and touches nothing else.
 *
 * @throws PlataformaError `PLT_MODULE_NAME_INVALID`, `PLT_PRIVILEGES_MISSING`
 */
export async function createModule(isolation: Isolation, module: string): Promise<void> {
  assertModuleName(module)
  const owner = isolation.names.owner(module)
  if (isComplete(await readModuleState(isolation.db, isolation, module), owner)) return
  await explainingPrivileges(isolation, () =>
    retryCatalogRaces(() =>
      isolation.db.transaction().execute(async (trx) => {
        await lockModules(trx)
        await completeModule(trx, isolation, module)
      }),
    ),
  )
}

/** One process of a database at a time changes its modules. */
export async function lockModules(trx: Kysely<unknown>): Promise<void> {
  await bookkeeping(trx).selectFrom('plataforma.settings').select('id').forUpdate().execute()
}

async function completeModule(
  trx: Kysely<unknown>,
  isolation: Isolation,
  module: string,
): Promise<void> {
  const { names, server } = isolation
  const owner = names.owner(module)
  const schema = sql.id(moduleSchema(module))
  const state = await readModuleState(trx, isolation, module)
  if (isComplete(state, owner)) return
  await createGroupRoles(trx, state.missingGroups)
  for (const login of state.missingLogins) await createLogin(trx, isolation, login)
  await letAdministratorBecome(trx, server, [owner])
  await grantMemberships(trx, server, state.missingMemberships)
  if (state.schemaOwner === undefined) {
    await sql`CREATE SCHEMA ${schema} AUTHORIZATION ${sql.id(owner)}`.execute(trx)
  } else if (state.schemaOwner !== owner) {
    await sql`ALTER SCHEMA ${schema} OWNER TO ${sql.id(owner)}`.execute(trx)
  }
  if (!state.mayMakeTemporary) {
    const database = sql.id(server.database)
    await sql`GRANT TEMPORARY ON DATABASE ${database} TO ${sql.id(owner)}`.execute(trx)
  }
  const users = sql`${sql.id(names.runtime(module))}, ${sql.id(names.system)}`
  await withRole(trx, owner, async () => {
    await sql`GRANT USAGE ON SCHEMA ${schema} TO ${users}`.execute(trx)
    await sql`
      ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema}
      GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${users}`.execute(trx)
  })
  await bookkeeping(trx)
    .insertInto('plataforma.modules')
    .values({ name: module })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
