import { EventEmitter } from 'node:events'
import type { PostgresDialectConfig, PostgresPool } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { type ClientPool, lendClient } from '../session/client-pool-source.js'
import type { PgConnection } from '../session/pg-connection.js'
import type { Session } from '../session/session.js'
import type { SessionRequest, SessionSource } from '../session/session-source.js'
import { StatementNames } from '../wire/statement-names.js'
import { HookConnection } from './hook-connection.js'

/** Sessions out of a pool that the user gives, as Kysely's own dialect takes it. */
export class UserPoolSource implements SessionSource {
  readonly #config: PostgresDialectConfig
  readonly #names = new StatementNames()
  readonly #greeted = new WeakSet<PgConnection>()
  #pool: PostgresPool | undefined
  #closed = false

  constructor(config: PostgresDialectConfig) {
    this.#config = { ...config }
  }

  async open(): Promise<void> {
    const { pool } = this.#config
    this.#pool = typeof pool === 'function' ? await pool() : pool
    // An idle client's death is emitted on the pool; without a listener it ends the process.
    if (this.#pool instanceof EventEmitter) this.#pool.on('error', () => {})
  }

  async acquire(request: SessionRequest): Promise<Session> {
    if (this.#pool === undefined && !this.#closed) await this.open()
    const pool = this.#pool
    if (pool === undefined) {
      throw new PlataformaError('PLT_CLOSED', 'driver has already been destroyed')
    }
    const hooks = this.#config.onCreateConnection ?? this.#config.onReserveConnection
    return lendClient(pool as unknown as ClientPool, {
      names: this.#names,
      measure: false,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(hooks === undefined ? {} : { prepare: (connection) => this.#greet(connection) }),
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    const pool = this.#pool
    this.#pool = undefined
    await pool?.end()
  }

  async #greet(connection: PgConnection): Promise<void> {
    const handle = new HookConnection(connection)
    if (!this.#greeted.has(connection)) {
      this.#greeted.add(connection)
      await this.#config.onCreateConnection?.(handle)
    }
    await this.#config.onReserveConnection?.(handle)
  }
}
