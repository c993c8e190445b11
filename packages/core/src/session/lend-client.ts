import type { StatementNames } from '../wire/statement-names.js'
import type { ClientPool, ClientWaiters } from './client-waiters.js'
import type { LentClient } from './idle-clients.js'
import { PgConnection } from './pg-connection.js'
import { PgSession } from './pg-session.js'
import type { Session } from './session.js'

export interface LendOptions {
  readonly waiters: ClientWaiters
  readonly names: StatementNames
  readonly signal?: AbortSignal
  /** Runs before every loan: hooks of Kysely's configuration, measurements. */
  readonly prepare?: (connection: PgConnection) => Promise<void>
  /** Takes the client back when its session is released; the pool itself unless given. */
  readonly giveBack?: (lent: LentClient, destroy: boolean) => void
}

/**
 * Takes a client of the pool and makes a session of it. Where its preparation fails, the client
 * has gone back to the pool before the error goes on.
 */
export async function lendClient(pool: ClientPool, options: LendOptions): Promise<Session> {
  const client = await options.waiters.take(pool, options.signal)
  try {
    const connection = PgConnection.of(client, options.names)
    if (options.prepare !== undefined) await options.prepare(connection)
    const { giveBack } = options
    return new PgSession(connection, (destroy) =>
      giveBack === undefined ? client.release(destroy) : giveBack({ client, connection }, destroy),
    )
  } catch (error) {
    client.release(true)
    throw error
  }
}
