import { serverAddress, toPlataformaError } from '@plataforma/core'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { SystemConfig } from '../../config/system-config.js'

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000

/**
 * Runs `ask` on one plain connection of the administrator: a command that only looks prepares
 * nothing and changes nothing.
 * @throws PlataformaError `PLT_DATABASE_UNAVAILABLE`, …
 */
export async function asAdministrator<T>(
  config: SystemConfig,
  ask: (db: Kysely<unknown>) => Promise<T>,
): Promise<T> {
  const pool = new pg.Pool({
    ...serverAddress(config),
    application_name: 'plataforma command',
    max: 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  })
  // The server may end the connection at any time; the statement that needs it tells.
  pool.on('error', () => {})
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    return await ask(db)
  } catch (error) {
    throw toPlataformaError(error)
  } finally {
    await db.destroy()
  }
}
