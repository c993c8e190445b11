import { type Kysely, sql } from 'kysely'
import { contextFunctions } from '../context/context-functions.js'
import { contextKeyPads } from '../context/context-key-pads.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { asAdministrator, withRole } from './acting-role.js'
import { BOOKKEEPING_STEPS } from './bookkeeping/bookkeeping-steps.js'
import { bookkeeping } from './bookkeeping/bookkeeping-tables.js'
import { retryCatalogRaces } from './bookkeeping/catalog-race.js'
import { upgradeSchema } from './bookkeeping/upgrade-schema.js'
import { explainingPrivileges } from './explaining-privileges.js'
import type { Isolation } from './isolation.js'
import { commonLogins, createLogin } from './logins/logins.js'
import {
  createGroupRoles,
  existingRoles,
  grantMemberships,
  letAdministratorBecome,
  missingMemberships,
} from './logins/roles.js'
import { assertAdministrator } from './server-facts.js'

/**
 * Prepares a database: roles, schema `plataforma` with its tables, keys and functions, schema
 * `extensions`, and what PUBLIC must not have. Repeatable, and safe in many processes and many
 * databases of one cluster at once.
 *
 * @throws PlataformaError `PLT_PRIVILEGES_MISSING`, or `PLT_CONFIG_INVALID` where the database was
 * prepared under another role prefix.
 */
export async function install(isolation: Isolation): Promise<void> {
  assertAdministrator(isolation.server)
  await explainingPrivileges(isolation, () => installAll(isolation))
}

async function installAll(isolation: Isolation): Promise<void> {
  const { db } = isolation
  await upgradeSchema(db, { package: 'core', steps: BOOKKEEPING_STEPS })
  await assertPrefix(isolation)
  await retryCatalogRaces(() => db.transaction().execute((trx) => ensureRoles(trx, isolation)))
  await upgradeSchema(db, {
    package: 'context',
    steps: [(trx) => installContext(trx, isolation)],
  })
  await retryCatalogRaces(() =>
    db.transaction().execute(async (trx) => {
      await storeContextKey(trx, isolation)
      await narrowPublic(trx, isolation)
    }),
  )
}

async function ensureRoles(trx: Kysely<unknown>, isolation: Isolation): Promise<void> {
  const { names, server } = isolation
  const groups = [names.keyOwner, names.tenants, names.system]
  const logins = commonLogins(isolation)
  const existing = await existingRoles(trx, [...groups, ...logins])
  await createGroupRoles(
    trx,
    groups.filter((name) => !existing.has(name)),
  )
  await letAdministratorBecome(trx, server, [names.keyOwner])
  for (const login of logins) if (!existing.has(login)) await createLogin(trx, isolation, login)
  const member = names.systemLogin(isolation.secret.keyId)
  const missing = await missingMemberships(trx, [{ role: names.system, member, mode: 'set' }])
  await grantMemberships(trx, server, missing)
}

async function installContext(trx: Kysely<unknown>, isolation: Isolation): Promise<void> {
  const { names, server } = isolation
  await asAdministrator(trx, server.administrator, async () => {
    const owner = sql.id(names.keyOwner)
    await sql`GRANT USAGE, CREATE ON SCHEMA plataforma TO ${owner}`.execute(trx)
    await withRole(trx, names.keyOwner, () => createContext(trx))
  })
}

async function createContext(trx: Kysely<unknown>): Promise<void> {
  await sql`
      CREATE TABLE plataforma.context_keys (
        key_id text PRIMARY KEY,
        inner_pad bytea NOT NULL,
        outer_pad bytea NOT NULL,
        tenant_head text NOT NULL
          GENERATED ALWAYS AS ('{"key":"' || key_id || '","kind":"tenant","pid":"') STORED,
        pooler boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now()
      )`.execute(trx)
  for (const statement of contextFunctions()) await statement.execute(trx)
}

/** A renamed or copied database would silently get roles beside those that own its objects. */
async function assertPrefix({ db, names }: Isolation): Promise<void> {
  await bookkeeping(db)
    .insertInto('plataforma.settings')
    .values({ role_prefix: names.prefix })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { role_prefix: stored } = await bookkeeping(db)
    .selectFrom('plataforma.settings')
    .select('role_prefix')
    .executeTakeFirstOrThrow()
  if (stored === names.prefix) return
  throw new PlataformaError(
    'PLT_CONFIG_INVALID',
    `This database was prepared with the role prefix "${stored}", not "${names.prefix}".`,
    {
      remedy: `If it was renamed, set \`rolePrefix: '${stored}'\`; a copy needs roles of its own.`,
    },
  )
}

async function storeContextKey(trx: Kysely<unknown>, isolation: Isolation): Promise<void> {
  const { names, secret } = isolation
  const pads = contextKeyPads(secret.contextKey(names).export())
  await withRole(trx, names.keyOwner, async () => {
    const { rows } = await sql`
      INSERT INTO plataforma.context_keys AS k (key_id, inner_pad, outer_pad)
      VALUES (${secret.keyId}, ${pads.inner}, ${pads.outer})
      ON CONFLICT (key_id) DO UPDATE SET inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
      WHERE (k.inner_pad, k.outer_pad) <> (excluded.inner_pad, excluded.outer_pad)
      RETURNING true`.execute(trx)
    // A table that was never analyzed is read by its index: slower, for every statement of a tenant.
    if (rows.length > 0) await sql`ANALYZE plataforma.context_keys`.execute(trx)
  })
}

/** What a login of any module would have through PUBLIC, and must not. */
async function narrowPublic(trx: Kysely<unknown>, { server }: Isolation): Promise<void> {
  const { rows } = await sql<{ temp: boolean; create: boolean; extensions: boolean }>`
    SELECT
      has_database_privilege('public', current_database(), 'TEMP') AS "temp",
      EXISTS (SELECT FROM pg_catalog.pg_namespace
        WHERE nspname = 'public' AND has_schema_privilege('public', oid, 'CREATE')) AS "create",
      EXISTS (SELECT FROM pg_catalog.pg_namespace
        WHERE nspname = 'extensions' AND has_schema_privilege('public', oid, 'USAGE')) AS "extensions"`.execute(
    trx,
  )
  const [found] = rows
  if (found?.temp) {
    await sql`REVOKE TEMPORARY ON DATABASE ${sql.id(server.database)} FROM PUBLIC`.execute(trx)
  }
  if (found?.create) await sql`REVOKE CREATE ON SCHEMA public FROM PUBLIC`.execute(trx)
  if (!found?.extensions) {
    await sql`CREATE SCHEMA IF NOT EXISTS extensions`.execute(trx)
    await sql`GRANT USAGE ON SCHEMA extensions TO PUBLIC`.execute(trx)
  }
}
