import { PlataformaError } from '../error/plataforma-error.js'
import type { StatementNames } from '../wire/statement-names.js'
import { PgConnection } from './pg-connection.js'
import { PgSession } from './pg-session.js'
import type { Session } from './session.js'

/** The part of `pg.Pool` that is needed to lend its clients out. */
export interface ClientPool {
  connect(): Promise<PooledClient>
  end(): Promise<void>
  readonly options?: object
}

export interface PooledClient {
  release(destroy?: boolean): void
}

export interface LendOptions {
  readonly names: StatementNames
  readonly signal?: AbortSignal
  /** Whether the session must know the backend's id and clock, for signed contexts. */
  readonly measure: boolean
  /** Runs once per physical connection and at every loan, as Kysely's dialect does. */
  readonly prepare?: (connection: PgConnection, client: object) => Promise<void>
}

/**
 * Takes a client of the pool and makes a session of it. A hook or a measurement that fails gives
 * the client back before the error goes on.
 */
export async function lendClient(pool: ClientPool, options: LendOptions): Promise<Session> {
  const client = await connectOrAbort(pool, options.signal)
  try {
    const connection = PgConnection.of(client, options.names)
    if (options.measure) await connection.measure()
    await options.prepare?.(connection, client)
    return new PgSession(connection, (destroy) => client.release(destroy))
  } catch (error) {
    client.release(true)
    throw error
  }
}

async function connectOrAbort(
  pool: ClientPool,
  signal: AbortSignal | undefined,
): Promise<PooledClient> {
  if (signal === undefined) return mapTimeout(pool.connect())
  signal.throwIfAborted()
  const connecting = mapTimeout(pool.connect())
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason)
      connecting.then(
        (client) => client.release(),
        () => {},
      )
    }
    signal.addEventListener('abort', onAbort, { once: true })
    connecting.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

async function mapTimeout(connecting: Promise<PooledClient>): Promise<PooledClient> {
  try {
    return await connecting
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('timeout exceeded when trying')) {
      throw new PlataformaError('PLT_POOL_TIMEOUT', 'No session became free in time.', {
        cause: error,
        remedy: 'Finish work sooner, or raise the pool’s `max` or `acquireTimeoutMs`.',
      })
    }
    throw error
  }
}
