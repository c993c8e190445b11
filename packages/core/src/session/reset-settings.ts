import type { WireStatement } from '../wire/wire-statement.js'

/** Takes settings, roles and advisory locks off a session; none of it fails in a transaction. */
export const RESET_SETTINGS: readonly WireStatement[] = [
  { text: 'RESET ALL', prepare: 'always' },
  // RESET ALL leaves both of these as they are; the second resets the first as well.
  { text: 'RESET SESSION AUTHORIZATION', prepare: 'always' },
  { text: 'RESET ROLE', prepare: 'always' },
  { text: 'SELECT pg_advisory_unlock_all()', prepare: 'always' },
]
