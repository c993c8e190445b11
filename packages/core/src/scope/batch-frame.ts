import type { Session, WireStatement } from '../session/session.js'
import type { ScopeHead } from './scope.js'

const HEAD = `select set_config('role', $1, true), set_config('search_path', $2, true), set_config('plataforma.context', $3, true)`

/**
 * What follows a statement with raw SQL in its own batch. At the end and not at the next
 * beginning: a reset in the next borrower's batch would be rolled back with that borrower's failure.
 */
export const TAIL: readonly WireStatement[] = [
  { text: 'SET CONSTRAINTS ALL IMMEDIATE', prepare: 'always' },
  { text: 'RESET ALL', prepare: 'always' },
  { text: 'RESET ROLE', prepare: 'always' },
  { text: 'SELECT pg_advisory_unlock_all()', prepare: 'always' },
]

/** Sets role, search path and context for the rest of the batch or transaction. */
export function headStatement(head: ScopeHead, session: Session): WireStatement {
  return {
    text: HEAD,
    values: [head.role, head.searchPath, head.token(session)],
    prepare: 'always',
  }
}

/** Equal texts of another module or role are other statements. */
export function scopeKeyOf(head: ScopeHead | undefined): string {
  return head === undefined ? '' : `${head.role} ${head.searchPath}`
}
