import type { DatabaseConnection } from 'kysely'
import { LazyConnection } from './lazy-connection.js'

/**
 * Drops the session under a connection of `PlataformaDialect`, on whose server nobody can count any
 * more: what runs there is asked to end, and the socket is destroyed. Resolves when it is gone.
 *
 * @returns `undefined` for a connection of another dialect, which cannot be dropped
 */
export function dropConnection(connection: DatabaseConnection): Promise<void> | undefined {
  return connection instanceof LazyConnection ? connection.killSession() : undefined
}
