import { sql } from 'kysely'
import { withRole } from '../acting-role.js'
import type { Isolation } from '../isolation.js'
import { loginSettings, strayFinding } from '../logins/heal-logins.js'
import { strayMemberships } from '../logins/login-memberships.js'
import { moduleLogins } from '../logins/logins.js'
import { ourLogins } from '../logins/our-logins.js'
import { existingRoles } from '../logins/roles.js'
import { listModules } from '../modules/module-registry.js'
import { quoteIdentifier } from '../server-facts.js'
import type { Finding } from './finding.js'
import { inspectModules } from './inspect-modules.js'
import { standingSettingFindings } from './standing-settings.js'

/**
 * Looks for what is weaker in a database than its modules and tenants are promised, and changes
 * nothing. The server's version and the administrator's privileges are not looked at.
 */
export async function inspectInstallation(
  isolation: Isolation,
  tenantColumn: string,
): Promise<readonly Finding[]> {
  const facts = await readDatabaseFacts(isolation)
  if (!facts.installed) {
    const message = 'The database is not prepared yet.'
    return [{ id: 'installation', grade: 'info', message, remedy: 'Call initialize() once.' }]
  }
  const modules = (await listModules(isolation.db)).map(({ name }) => name)
  const findings = [
    ...databaseFindings(isolation, facts),
    ...(await standingSettingFindings(isolation)),
    ...(await keyFindingsOf(isolation)),
    ...(await loginFindings(isolation)),
    ...(await inspectModules(isolation, modules, tenantColumn)),
  ]
  if (findings.every(({ grade }) => grade === 'info')) {
    findings.push({ id: 'isolation', grade: 'ok', message: 'Modules and tenants are kept apart.' })
  }
  return findings
}

interface DatabaseFacts {
  readonly installed: boolean
  readonly publicTemporary: boolean
  readonly publicCreate: boolean
  /** Functions that every login may call and that reach past its module. */
  readonly disturbing: string | null
  /** Tables of schema `plataforma` that somebody beside the administrator may use. */
  readonly granted: readonly string[]
  /** Roles of ours with an attribute that none of them has. */
  readonly mighty: readonly string[]
}

/** What only a superuser can take from PUBLIC. */
const DISTURBING = [
  'pg_advisory_lock',
  'pg_advisory_lock_shared',
  'pg_advisory_xact_lock',
  'pg_advisory_xact_lock_shared',
  'pg_try_advisory_lock',
  'pg_try_advisory_lock_shared',
  'pg_try_advisory_xact_lock',
  'pg_try_advisory_xact_lock_shared',
  'pg_terminate_backend',
  'pg_cancel_backend',
  'lo_create',
  'lo_creat',
  'lo_from_bytea',
  'pg_logical_emit_message',
]

async function readDatabaseFacts({ db, names, server }: Isolation): Promise<DatabaseFacts> {
  const { rows } = await sql<DatabaseFacts>`
    SELECT
      EXISTS (SELECT FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = 'plataforma' AND c.relname = 'context_keys') AS "installed",
      has_database_privilege('public', current_database(), 'TEMP') AS "publicTemporary",
      EXISTS (SELECT FROM pg_catalog.pg_namespace
        WHERE nspname = 'public' AND has_schema_privilege('public', oid, 'CREATE')) AS "publicCreate",
      (SELECT string_agg(p.oid::regprocedure::text, ', ' ORDER BY p.oid::regprocedure::text)
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY (${DISTURBING}::name[])
          AND has_function_privilege('public', p.oid, 'EXECUTE')) AS "disturbing",
      ARRAY(SELECT DISTINCT c.relname::text FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        CROSS JOIN aclexplode(c.relacl) AS a
        WHERE n.nspname = 'plataforma' AND c.relkind <> 'v' AND a.grantee <> c.relowner
          AND a.grantee <> coalesce((SELECT oid FROM pg_catalog.pg_roles
            WHERE rolname = ${server.administrator}), 0)) AS "granted",
      ARRAY(SELECT rolname::text FROM pg_catalog.pg_roles
        WHERE starts_with(rolname, ${`${names.prefix}_`})
          AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication)) AS "mighty"`.execute(
    db,
  )
  const [facts] = rows
  return facts ?? { ...NOTHING }
}

const NOTHING: DatabaseFacts = {
  installed: false,
  publicTemporary: false,
  publicCreate: false,
  disturbing: null,
  granted: [],
  mighty: [],
}

function databaseFindings(
  { server, grade, secret }: Isolation,
  facts: DatabaseFacts,
): readonly Finding[] {
  const findings: Finding[] = []
  const database = quoteIdentifier(server.database)
  if (facts.publicTemporary) {
    findings.push({
      id: 'public-temporary',
      grade: 'warning',
      message:
        'Every login may make temporary tables, which outlive a statement on a shared session.',
      remedy: 'Take it from PUBLIC; initialize() does so too.',
      sql: `REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC;`,
    })
  }
  if (facts.publicCreate) {
    findings.push({
      id: 'public-create',
      grade: 'warning',
      message: 'Every login may make objects in schema public.',
      remedy: 'Take it from PUBLIC; initialize() does so too.',
      sql: 'REVOKE CREATE ON SCHEMA public FROM PUBLIC;',
    })
  }
  for (const table of facts.granted) {
    findings.push({
      id: 'bookkeeping-granted',
      grade: 'error',
      message: `plataforma.${table} is granted to others than its owner.`,
      remedy: 'Revoke every privilege on it that is not its owner’s.',
    })
  }
  for (const role of facts.mighty) {
    findings.push({
      id: 'role-attributes',
      grade: 'error',
      message: `The role "${role}" has an attribute that reaches past its module.`,
      remedy: 'Take it away.',
      sql: `ALTER ROLE ${quoteIdentifier(role)} NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS NOREPLICATION;`,
    })
  }
  if (facts.disturbing !== null) {
    findings.push({
      id: 'hardening',
      grade: 'info',
      message:
        'A module may take advisory locks and call other functions that disturb its neighbours.',
      remedy: 'As a superuser, if nothing else in the database needs them:',
      sql: `REVOKE EXECUTE ON FUNCTION ${facts.disturbing} FROM PUBLIC;`,
    })
  }
  if (grade === 'shared') {
    findings.push({
      id: 'login-grade',
      grade: 'info',
      message:
        'Modules share one login: SQL that is injected into one can reset its role and take another’s.',
      remedy: "Set isolation: { login: 'dedicated' } for a barrier between modules.",
    })
  }
  if (secret.isDevelopment) {
    findings.push({
      id: 'development-secret',
      grade: 'warning',
      message: 'The secret is the documented one: anybody can derive the logins’ passwords.',
      remedy: 'Configure a secret of `openssl rand -hex 32`.',
    })
  }
  return findings
}

async function keyFindingsOf({ db, names, secret }: Isolation): Promise<readonly Finding[]> {
  const keys = await db.transaction().execute((trx) =>
    withRole(trx, names.keyOwner, async () => {
      const { rows } = await sql<{ keyId: string; pooler: boolean }>`
        SELECT key_id AS "keyId", pooler FROM plataforma.context_keys`.execute(trx)
      return rows
    }),
  )
  const findings: Finding[] = []
  if (!keys.some(({ keyId }) => keyId === secret.keyId)) {
    const message = 'The database does not know the configured secret yet.'
    findings.push({ id: 'context-key', grade: 'warning', message, remedy: 'Call initialize().' })
  }
  for (const { keyId } of keys.filter((key) => key.keyId !== secret.keyId)) {
    const message = `The key "${keyId}" of an earlier secret is still accepted.`
    const remedy = `Retire it with retireKey('${keyId}') once no process uses it.`
    findings.push({ id: 'old-key', grade: 'info', message, remedy })
  }
  if (keys.some(({ pooler }) => pooler)) {
    const message = 'Contexts are accepted in every session, as a pooler needs it.'
    const remedy = 'Without a pooler, say allowPooler(false).'
    findings.push({ id: 'pooler', grade: 'info', message, remedy })
  }
  return findings
}

async function loginFindings(isolation: Isolation): Promise<readonly Finding[]> {
  const { db, names, secret } = isolation
  const modules = await listModules(db)
  const wanted = [
    names.applicationLogin(secret.keyId),
    names.systemLogin(secret.keyId),
    ...modules.flatMap(({ name }) => moduleLogins(isolation, name)),
  ]
  const existing = await existingRoles(db, wanted)
  const missing = wanted.filter((name) => !existing.has(name))
  const { rows } = await sql<{ name: string }>`
    SELECT rolname::text AS name FROM pg_catalog.pg_roles
    WHERE rolname = ANY (${(await ourLogins(db, isolation)).map((one) => one.name)}::text[])
      AND (rolinherit OR NOT rolcanlogin)`.execute(db)
  return [
    ...missing.map((name): Finding => {
      const message = `The login "${name}" is missing.`
      return { id: 'login-missing', grade: 'warning', message, remedy: 'Call initialize().' }
    }),
    ...rows.map(({ name }): Finding => {
      const message = `The login "${name}" is not a NOINHERIT login.`
      const sql = `ALTER ROLE ${quoteIdentifier(name)} LOGIN NOINHERIT;`
      return { id: 'login-inherits', grade: 'error', message, remedy: 'Alter it.', sql }
    }),
    ...(await loginSettings(db, isolation)).map(({ login, settings }): Finding => {
      const message = `The login "${login}" has settings of its own: ${settings.join(', ')}.`
      return { id: 'login-settings', grade: 'warning', message, remedy: 'Call initialize().' }
    }),
    ...(await strayMemberships(db, isolation)).map(strayFinding),
  ]
}
