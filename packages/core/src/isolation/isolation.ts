import type { Kysely } from 'kysely'
import type { LoginSecret } from '../identity/login-secret.js'
import type { RoleNames } from '../identity/role-names.js'
import type { ServerFacts } from './server-facts.js'

/**
 * `dedicated`: every module logs in by itself, a barrier between modules.
 * `shared`: modules share one login and the role is set, a guard between modules.
 */
export type LoginGrade = 'shared' | 'dedicated'

/** Told of a module's tables in the transaction that may have made or changed them, as its owner. */
export type OnTables = (
  changed: { readonly module: string; readonly tables: readonly string[] },
  trx: Kysely<unknown>,
) => Promise<void>

/** What all work on identities and policies of one database stands on. */
export interface Isolation {
  /** The administrator's handle. */
  readonly db: Kysely<unknown>
  readonly names: RoleNames
  readonly secret: LoginSecret
  readonly grade: LoginGrade
  readonly server: ServerFacts
  readonly onTables?: OnTables
}
