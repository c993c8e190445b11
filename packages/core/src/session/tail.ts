import type { WireStatement } from '../wire/wire-statement.js'
import type { Residue } from './session.js'

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

/** As far as DISCARD ALL goes, but inside a transaction. */
const TAIL_OF_ANYTHING: readonly WireStatement[] = [
  ...TAIL,
  { text: 'CLOSE ALL', prepare: 'never' },
  { text: 'UNLISTEN *', prepare: 'never' },
  { text: 'DISCARD TEMP', prepare: 'never' },
  { text: 'DEALLOCATE ALL', prepare: 'never' },
]

export function tailOf(residue: Residue): readonly WireStatement[] {
  if (residue === 'none') return []
  return residue === 'settings' ? TAIL : TAIL_OF_ANYTHING
}

/**
 * Behind a pooler, which keeps the session for a transaction until that ends: takes away what a
 * rollback leaves.
 */
export const ROLLBACK_AND_UNLOCK: readonly WireStatement[] = [
  { text: 'ROLLBACK AND CHAIN', prepare: 'never' },
  { text: 'SELECT pg_advisory_unlock_all()', prepare: 'never' },
  { text: 'DEALLOCATE ALL', prepare: 'never' },
  { text: 'COMMIT', prepare: 'never' },
]
