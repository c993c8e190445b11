import { type Kysely, sql } from 'kysely'
import { scramVerifier } from '../../identity/scram-verifier.js'
import { retryCatalogRaces } from '../bookkeeping/catalog-race.js'
import type { Finding } from '../inspection/finding.js'
import { install } from '../install.js'
import type { Isolation } from '../isolation.js'
import { createModule, lockModules } from '../modules/create-module.js'
import { assertModuleExists, listModules } from '../modules/module-registry.js'
import { isComplete, readModuleStates } from '../modules/module-state.js'
import { quoteIdentifier } from '../server-facts.js'
import { type StrayMembership, strayMemberships } from './login-memberships.js'
import { ourLogins } from './our-logins.js'

/**
 * Undoes what a login can do to itself, its password and its `ALTER ROLE … SET`, and memberships
 * between roles of ours that no set-up makes. Makes the logins of the configured secret where they
 * are missing. Gives what was found.
 */
export async function healLogins(isolation: Isolation): Promise<readonly Finding[]> {
  const { db, names, secret } = isolation
  const modules = (await listModules(db)).map(({ name }) => name)
  for (const [name, state] of await readModuleStates(db, isolation, modules)) {
    if (!isComplete(state, names.owner(name))) await createModule(isolation, name)
  }
  return retryCatalogRaces(() =>
    db.transaction().execute(async (trx) => {
      await lockModules(trx)
      for (const login of await ourLogins(trx, isolation)) {
        if (login.keyId === secret.keyId) await resetPassword(trx, isolation, login.name)
      }
      return [...(await resetSettings(trx, isolation)), ...(await revokeStrays(trx, isolation))]
    }),
  )
}

/**
 * Mends one login whose password the server refused: makes it where it is missing, and sets its
 * password. False where the login is not one of the configured secret.
 *
 * @throws PlataformaError `PLT_MODULE_NOT_FOUND` where its module is gone
 */
export async function healLogin(isolation: Isolation, login: string): Promise<boolean> {
  const { db, names, secret } = isolation
  const read = names.readLogin(login)
  if (read?.keyId !== secret.keyId) return false
  if (read.identity.kind === 'module') {
    const { module } = read.identity
    await assertModuleExists(db, module)
    await createModule(isolation, module)
  } else {
    await install(isolation)
  }
  await retryCatalogRaces(() => resetPassword(db, isolation, login))
  return true
}

async function resetPassword(
  trx: Kysely<unknown>,
  { secret }: Isolation,
  login: string,
): Promise<void> {
  const verifier = await scramVerifier(secret.password(login))
  await sql`ALTER ROLE ${sql.id(login)} PASSWORD ${sql.lit(verifier)}`.execute(trx)
}

async function resetSettings(
  trx: Kysely<unknown>,
  isolation: Isolation,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { login, database, settings } of await loginSettings(trx, isolation)) {
    const place = database === null ? sql`` : sql` IN DATABASE ${sql.id(database)}`
    await sql`ALTER ROLE ${sql.id(login)}${place} RESET ALL`.execute(trx)
    findings.push({
      id: 'login-settings',
      grade: 'warning',
      message: `Settings of the login "${login}" were reset: ${settings.join(', ')}.`,
    })
  }
  return findings
}

/** Settings that logins of ours have by `ALTER ROLE … SET`. */
export async function loginSettings(db: Kysely<unknown>, isolation: Isolation) {
  const logins = (await ourLogins(db, isolation)).map((login) => login.name)
  const { rows } = await sql<{ login: string; database: string | null; settings: string[] }>`
    SELECT r.rolname::text AS login, d.datname::text AS database, s.setconfig AS settings
    FROM pg_catalog.pg_db_role_setting AS s
      JOIN pg_catalog.pg_roles AS r ON r.oid = s.setrole
      LEFT JOIN pg_catalog.pg_database AS d ON d.oid = s.setdatabase
    WHERE r.rolname = ANY (${logins}::text[])`.execute(db)
  return rows
}

async function revokeStrays(
  trx: Kysely<unknown>,
  isolation: Isolation,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const stray of await strayMemberships(trx, isolation)) {
    if (mayRevoke(isolation, stray)) {
      const by =
        isolation.server.versionNum < 160_000 ? sql`` : sql` GRANTED BY ${sql.id(stray.grantor)}`
      await sql`REVOKE ${sql.id(stray.role)} FROM ${sql.id(stray.member)}${by}`.execute(trx)
      const message = `The membership of "${stray.member}" in "${stray.role}" was revoked.`
      findings.push({ id: 'login-membership', grade: 'warning', message })
    } else {
      findings.push(strayFinding(stray))
    }
  }
  return findings
}

/** From 16 on a membership is revoked by who granted it. */
function mayRevoke({ server }: Isolation, { ours, grantor }: StrayMembership): boolean {
  if (!ours || server.versionNum < 160_000 || server.isSuperuser) return ours
  return grantor === server.administrator
}

export function strayFinding({ role, member, grantor }: StrayMembership): Finding {
  const by = grantor === '' ? '' : ` GRANTED BY ${quoteIdentifier(grantor)}`
  return {
    id: 'login-membership',
    grade: 'error',
    message: `"${member}" is a member of "${role}", which no set-up of ours makes.`,
    remedy: 'Revoke it.',
    sql: `REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(member)}${by};`,
  }
}
