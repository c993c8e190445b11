import { hostname } from 'node:os'

/** What all sessions of this package call themselves. */
export const APPLICATION_PREFIX = 'plataforma-migrations'

/** Name of this process's sessions in `pg_stat_activity`; at most 63 bytes. */
const APPLICATION_NAME = `${APPLICATION_PREFIX} ${hostname()}:${process.pid}`
  .replace(/[^ -~]|'/g, '?')
  .slice(0, 63)

/**
 * What holds between the migrations of a session: it waits, with its locks, for as long as it must,
 * and reads texts as the parser does that cuts them into statements.
 */
export const SESSION_SETTINGS = `
  pg_catalog.set_config('application_name', '${APPLICATION_NAME}', false),
  pg_catalog.set_config('standard_conforming_strings', 'on', false),
  pg_catalog.set_config('idle_session_timeout', '0', false),
  pg_catalog.set_config('idle_in_transaction_session_timeout', '0', false)`

/** Brings a session to these, whatever a migration has set; advisory locks may be another's. */
export const RESET_SESSION = `CLOSE ALL; UNLISTEN *; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; RESET ROLE;
SELECT ${SESSION_SETTINGS}`

/**
 * Takes away all that migrations may leave on a session, in one text. `DISCARD ALL` would also
 * forget the prepared statements, of which the other users of a pool go on believing.
 */
export const CLEAN_SESSION = `CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; RESET ROLE;
UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all();
DISCARD PLANS; DISCARD TEMP; DISCARD SEQUENCES`
