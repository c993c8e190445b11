import { type Kysely, sql } from 'kysely'
import { scramVerifier } from '../../identity/scram-verifier.js'
import type { Isolation } from '../isolation.js'
import type { Membership } from './roles.js'

/** The logins of the configured secret that need no module. */
export function commonLogins({ names, secret }: Isolation): readonly string[] {
  return [names.applicationLogin(secret.keyId), names.systemLogin(secret.keyId)]
}

/** The logins of the configured secret for a module: none of its own where the grade is `shared`. */
export function moduleLogins({ names, secret, grade }: Isolation, module: string): string[] {
  return grade === 'dedicated' ? [names.moduleLogin(module, secret.keyId)] : []
}

/** What the logins of the configured secret must be members of, so far as a module asks for it. */
export function moduleLoginMemberships(
  isolation: Isolation,
  module: string,
): readonly Membership[] {
  const role = isolation.names.runtime(module)
  const application = isolation.names.applicationLogin(isolation.secret.keyId)
  return [application, ...moduleLogins(isolation, module)].map((member) => ({
    role,
    member,
    mode: 'set',
  }))
}

/** A login with nothing of its own; NOINHERIT, so that it has nothing without its role either. */
export async function createLogin(
  trx: Kysely<unknown>,
  isolation: Isolation,
  login: string,
): Promise<void> {
  const verifier = await scramVerifier(isolation.secret.password(login))
  await sql`
    CREATE ROLE ${sql.id(login)} LOGIN NOINHERIT PASSWORD ${sql.lit(verifier)}`.execute(trx)
  if (isolation.server.publicMayConnect) return
  await sql`
    GRANT CONNECT ON DATABASE ${sql.id(isolation.server.database)} TO ${sql.id(login)}`.execute(trx)
}
