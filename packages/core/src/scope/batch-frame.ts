import type { Session, WireStatement } from '../session/session.js'
import type { ScopeHead } from './scope.js'

const HEAD_SETTINGS = ['role', 'search_path', 'plataforma.context'] as const

/**
 * What follows a statement with raw SQL in its own batch. At the end and not at the next
 * beginning: a reset in the next borrower's batch would be rolled back with that borrower's failure.
 * A login that is no superuser can set its session authorization to nobody but itself.
 */
export const TAIL: readonly WireStatement[] = [
  { text: 'SET CONSTRAINTS ALL IMMEDIATE', prepare: 'always' },
  { text: 'RESET ALL', prepare: 'always' },
  { text: 'RESET ROLE', prepare: 'always' },
  { text: 'SELECT pg_advisory_unlock_all()', prepare: 'always' },
]

/** Sets role, search path, context and a module's limits for the rest of the batch or transaction. */
export function headStatement(head: ScopeHead, session: Session): WireStatement {
  const values = [head.role, head.searchPath, head.token(session)]
  const { settings } = head
  if (settings === undefined) return { text: HEAD, values, prepare: 'always' }
  return {
    text: headText([...HEAD_SETTINGS, ...settings.map(({ name }) => name)]),
    values: [...values, ...settings.map(({ value }) => value)],
    prepare: 'always',
  }
}

/** Calls them all and gives no row: nobody reads what was set. */
function headText(names: readonly string[]): string {
  const calls = names.map((name, index) => `set_config('${name}', $${index + 1}, true)`)
  return `select where (${calls.join(' || ')}) is null`
}

const HEAD = headText(HEAD_SETTINGS)

export function scopeKeyOf(head: ScopeHead | undefined): string {
  return head?.key ?? ''
}
