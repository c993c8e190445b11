import { EventEmitter } from 'node:events'
import type { AbortableOperationOptions, PostgresDialectConfig, PostgresPool } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { type ClientPool, ClientWaiters } from '../session/client-waiters.js'
import { lendClient } from '../session/lend-client.js'
import type { PgConnection } from '../session/pg-connection.js'
import type { Session } from '../session/session.js'
import type { SessionRequest, SessionSource } from '../session/session-source.js'
import { StatementNames } from '../wire/statement-names.js'
import { HookConnection } from './hook-connection.js'

/** Sessions out of a pool that the user gives, as Kysely's own dialect takes it. */
export class UserPoolSource implements SessionSource {
  readonly #config: PostgresDialectConfig
  readonly #names = new StatementNames()
  readonly #waiters = new ClientWaiters()
  readonly #greeted = new WeakSet<PgConnection>()
  #pool: PostgresPool | undefined

  constructor(config: PostgresDialectConfig) {
    this.#config = { ...config }
  }

  async open(options?: AbortableOperationOptions): Promise<void> {
    const { pool: given } = this.#config
    const pool = typeof given === 'function' ? await given(options) : given
    // An idle client's death is emitted on the pool; without a listener it ends the process.
    if (pool instanceof EventEmitter && !pool.listeners('error').includes(ignoreIdleClient)) {
      pool.on('error', ignoreIdleClient)
      // Before the pool takes its own listener off for the borrower.
      pool.on('connect', (client: EventEmitter) => client.on('error', ignoreIdleClient))
    }
    this.#pool = pool
  }

  async acquire({ signal }: SessionRequest): Promise<Session> {
    const { onCreateConnection, onReserveConnection } = this.#config
    const isHooked = onCreateConnection !== undefined || onReserveConnection !== undefined
    if (this.#pool === undefined) throw destroyed()
    return await lendClient(this.#pool as ClientPool, {
      waiters: this.#waiters,
      names: this.#names,
      signal,
      prepare: isHooked ? (connection) => this.#greet(connection, signal) : undefined,
    })
  }

  async close(): Promise<void> {
    const pool = this.#pool
    this.#pool = undefined
    this.#waiters.close(destroyed())
    await pool?.end()
  }

  /** Kysely's hooks: one for each new client, one for each loan. */
  async #greet(connection: PgConnection, signal: AbortSignal | undefined): Promise<void> {
    const { onCreateConnection, onReserveConnection } = this.#config
    const handle = new HookConnection(connection)
    if (!this.#greeted.has(connection)) {
      await onCreateConnection?.(handle, { signal })
      this.#greeted.add(connection)
    }
    await onReserveConnection?.(handle, { signal })
  }
}

function ignoreIdleClient(): void {}

function destroyed(): PlataformaError {
  return new PlataformaError('PLT_CLOSED', 'driver has already been destroyed')
}
