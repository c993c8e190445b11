import { type Kysely, sql, type Transaction } from 'kysely'
import { signContext } from '../../context/context-token.js'
import { assertGiven } from '../../error/assert-given.js'
import { moduleNotFound } from '../../error/module-not-found.js'
import type { LocalSetting } from '../../identity/login-directory.js'
import { assertModuleName, moduleSchema } from '../../identity/module-name.js'
import type { Finding } from '../inspection/finding.js'
import type { Isolation } from '../isolation.js'
import { runScript } from '../run-script.js'
import { secureModule } from './secure-module.js'

/** How long the context of an owner is good: longer than any migration. */
const OWNER_CONTEXT_MS = 24 * 60 * 60 * 1000

export interface OwnerAccess {
  readonly module: string
  readonly tenantColumn: string
  /** Whether to bring the module to what isolation asks for once the work is done. */
  readonly secure: boolean
  /** Told what is left to mend by hand. */
  readonly onFindings: (findings: readonly Finding[]) => void
}

/**
 * Runs work in one transaction as the owner of a module: its schema is the search_path, and a
 * signed context of kind *owner* lets it see every tenant, so that what it validates or fills in
 * is right for all of them.
 *
 * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
 */
export async function asOwner<T>(
  isolation: Isolation,
  access: OwnerAccess,
  work: (trx: Transaction<unknown>) => Promise<T>,
): Promise<T> {
  assertModuleName(access.module)
  assertGiven.function('fn', work)
  return isolation.db.transaction().execute(async (trx) => {
    await becomeOwner(trx, isolation, access.module)
    const result = await work(trx)
    if (access.secure) {
      const { module, tenantColumn } = access
      access.onFindings(
        await secureModule(trx, isolation, { module, tenantColumn, newTables: true }),
      )
    }
    await leaveNothing(trx)
    return result
  })
}

/** What the work set for the session would stay with the administrator's next transaction. */
async function leaveNothing(trx: Kysely<unknown>): Promise<void> {
  await runScript(trx, [
    // While context and role are there for what is deferred.
    sql`SET CONSTRAINTS ALL IMMEDIATE`,
    sql`RESET ALL`,
    sql`RESET ROLE`,
    sql`DISCARD TEMP`,
  ])
}

/** Where names of a module's owner are looked for. */
export function ownerPath(module: string): string {
  return `${moduleSchema(module)}, extensions, pg_temp`
}

/**
 * The settings that make a session of the administrator work as a module's owner, under a context
 * that only this session's backend takes.
 *
 * @throws PlataformaError `PLT_MODULE_NOT_FOUND`
 */
export async function ownerSettings(
  session: Kysely<unknown>,
  { names, secret }: Isolation,
  module: string,
): Promise<readonly LocalSetting[]> {
  assertModuleName(module)
  const { rows } = await sql<{ pid: number; now: string; exists: boolean }>`
    SELECT pg_backend_pid() AS pid, extract(epoch FROM clock_timestamp()) * 1000 AS now,
      to_regrole(${names.owner(module)}) IS NOT NULL AS exists`.execute(session)
  const [backend] = rows
  if (backend?.exists !== true) throw moduleNotFound(module)
  const context = signContext({
    key: secret.contextKey(names),
    keyId: secret.keyId,
    kind: 'owner',
    context: { module },
    backendPid: backend.pid,
    expiresAtMs: Number(backend.now) + OWNER_CONTEXT_MS,
  })
  return [
    { name: 'role', value: names.owner(module) },
    { name: 'search_path', value: ownerPath(module) },
    { name: 'plataforma.context', value: context },
  ]
}

/** Makes the rest of a transaction the owner's. */
async function becomeOwner(
  trx: Kysely<unknown>,
  isolation: Isolation,
  module: string,
): Promise<void> {
  const settings = await ownerSettings(trx, isolation, module)
  const local = settings.map(({ name, value }) => sql`set_config(${name}, ${value}, true)`)
  await sql`SELECT ${sql.join(local)}`.execute(trx)
}
