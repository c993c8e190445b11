import type { LocalSetting } from '@plataforma/core'
import { escapeLiteral } from 'pg'
import type { MigrationSession } from './migration-session.js'

/** Who a migration runs as. */
export interface Identity {
  /** Who the session has logged in as. */
  readonly sessionUser: string
  /** The owner of the module, or on a plain PostgreSQL the login itself. */
  readonly currentUser: string
}

/** Who a migration is under its settings. */
export function identityOf(
  { sessionUser, currentUser }: MigrationSession,
  settings: readonly LocalSetting[],
): Identity {
  const role = settings.find(({ name }) => name === 'role')?.value
  return { sessionUser, currentUser: role ?? currentUser }
}

const CHANGED = 'PLT_MIGRATION_ROLE'

/**
 * A statement that fails where a migration has become somebody else. It holds under any
 * `search_path`, and fails when it runs, never when it is planned.
 */
export function identityCheck({ sessionUser, currentUser }: Identity): string {
  const isSame = (who: string, name: string) =>
    `${who}::pg_catalog.text OPERATOR(pg_catalog.=) ${escapeLiteral(name)}::pg_catalog.text`
  return `SELECT CAST(CASE WHEN ${isSame('current_user', currentUser)}
  AND ${isSame('session_user', sessionUser)} THEN '0'
  ELSE pg_catalog.concat('${CHANGED} ', current_user) END AS pg_catalog.int4)`
}

/** The same for code, whose texts are sent as UTF-8 whatever it has set. */
export function codeCheck(identity: Identity): string {
  return `${identityCheck(identity)}, pg_catalog.set_config('client_encoding', 'UTF8', false)`
}

/** In whose body statements run that may not change the role. */
const AS_OWNER = 'plataforma_as_owner'

/** Makes the function as which `asOwner` runs a statement, for this transaction. */
export const MAKE_AS_OWNER = `CREATE OR REPLACE FUNCTION pg_temp.${AS_OWNER}(pg_catalog.text)
  RETURNS pg_catalog.void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN EXECUTE $1; END'`

export const DROP_AS_OWNER = `DROP FUNCTION IF EXISTS pg_temp.${AS_OWNER}(pg_catalog.text)`

/**
 * A statement inside a function of its owner's, in which the server refuses every change of role,
 * however it was built: what stands before the statement, and behind it.
 */
export function asOwner(text: string): readonly [before: string, after: string] {
  let tag = '$plataforma$'
  for (let n = 1; text.includes(tag.slice(0, -1)); n++) tag = `$plataforma${n}$`
  return [`SELECT pg_temp.${AS_OWNER}(${tag}`, `\n${tag})`]
}

/** Whether an error says that the role was changed, or that the server has refused it: as whom. */
export function roleChange(error: unknown): { readonly to: string | undefined } | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, where } = error as Error & { readonly code?: unknown; readonly where?: unknown }
  const [, to] = new RegExp(`"${CHANGED} (.*)"`, 's').exec(error.message) ?? []
  if (code === '22P02' && to !== undefined) return { to }
  const isRefused =
    code === '42501' &&
    /"(?:role|session_authorization)"/.test(error.message) &&
    String(where).includes(AS_OWNER)
  return isRefused ? { to: undefined } : undefined
}
