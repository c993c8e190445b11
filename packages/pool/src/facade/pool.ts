import { EventEmitter } from 'node:events'
import { PlataformaError } from '@plataforma/core'
import type pg from 'pg'
import { UnfitConnection } from '../kernel/unfit-connection.js'
import { PgConnector } from '../postgres/pg-connector.js'
import { keepAlive } from './client-state.js'
import { whileHolding } from './held-loans.js'
import { Lending } from './lending.js'
import type { Loan } from './loan.js'
import { observeStatements } from './observed-client.js'
import {
  clientClass,
  clientConfig,
  type PoolConfig,
  type PoolOptions,
  poolOptions,
} from './pool-config.js'
import { GROUND, type GroundSource, OWN_GROUND, type PoolGround } from './pool-ground.js'
import { endedTwice, poolEnded } from './pool-refusals.js'

type Callback<Result> = (error: Error | undefined, result?: Result) => void
type ConnectCallback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: Error | boolean) => void,
) => void

const NOTHING = () => {}

/**
 * Stands where `pg.Pool` stands: the same constructor, methods, events and counters.
 *
 * @example
 * const pool = new Pool({ connectionString, max: 20 })
 * const { rows } = await pool.query('select now()')
 * await pool.end()
 */
export class Pool extends EventEmitter {
  options: PoolOptions
  readonly Client: new (
    config?: pg.ClientConfig,
  ) => pg.Client
  readonly Promise: PromiseConstructor
  readonly log: (...messages: unknown[]) => void
  ending = false
  ended = false
  readonly #ground: PoolGround
  readonly #lending: Lending

  /**
   * @param Client makes the connections; `pg.Client` unless given
   * @throws PlataformaError `PLT_CONFIG_INVALID`
   */
  constructor(config?: PoolConfig | null, Client?: unknown) {
    super()
    this.options = poolOptions(config)
    this.Client = clientClass(this.options, Client)
    this.Promise = (this.options.Promise ?? Promise) as PromiseConstructor
    this.log = this.options.log ?? NOTHING
    const { [GROUND]: source = OWN_GROUND } = (config ?? {}) as {
      readonly [GROUND]?: GroundSource
    }
    this.#ground = source.open({
      options: this.options,
      connector: new PgConnector({
        config: () => source.config?.() ?? clientConfig(this.options),
        Client: this.Client,
        prepare: (client) => this.#prepare(client),
        heal: async () => (await source.heal?.()) ?? false,
        ...(source.gone && { gone: source.gone }),
      }),
      observer: {
        opened: ({ client }) => {
          this.log('new client connected')
          if (this.options.allowExitOnIdle) keepAlive(client, false)
        },
        connectFailed: (error) => this.log('client failed to connect', error),
        gone: ({ client }) => this.#tell('remove', client),
        lost: ({ client }, error) => this.#lost(client, error),
      },
    })
    this.#lending = new Lending({
      ground: this.#ground,
      pools: this.#ground.pools ?? this,
      options: this.options,
      tell: (event, ...facts) => this.#tell(event, ...facts),
      runHooks: (client) => this.#runHooks(client),
    })
  }

  /** Clients that are open or connecting. */
  get totalCount(): number {
    return this.#ground.login.live
  }

  /** Clients that nobody has. */
  get idleCount(): number {
    return this.#ground.login.idle.length
  }

  /** Callers for whom no connection is on its way yet. */
  get waitingCount(): number {
    const { login, member } = this.#ground
    return Math.max(0, member.queue.size - login.connecting)
  }

  /** Lent clients that will be ended when they come back, for their age. */
  get expiredCount(): number {
    const { login } = this.#ground
    const now = login.host.clock.now()
    let expired = 0
    for (const { expiresAt } of login.lentSlots()) if (now >= expiresAt) expired += 1
    return expired
  }

  /** All clients that are open. */
  get _clients(): readonly pg.Client[] {
    const open = [...this.#ground.login.slots]
    return open
      .filter(({ state }) => state === 'idle' || state === 'lent')
      .map(({ connection }) => connection.client)
  }

  /**
   * A client of one's own until `client.release()`.
   *
   * @throws PlataformaError `PLT_POOL_TIMEOUT`, `PLT_POOL_DEADLOCK`, `PLT_CLOSED`; what the server
   * or a hook refused the connection with
   */
  connect(): Promise<pg.PoolClient>
  connect(callback: ConnectCallback): void
  connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    if (callback === undefined) {
      const loan = this.#borrow(this.connect)
      return this.#promised(
        'then' in loan ? loan.then(({ client }) => client) : Promise.resolve(loan.client),
      )
    }
    Promise.resolve(this.#borrow(this.connect)).then(
      ({ client }) => process.nextTick(callback, undefined, client, client.release),
      (error) => process.nextTick(callback, error, undefined, NOTHING),
    )
    return undefined
  }

  /** Sends one statement on any client. */
  query<T extends pg.Submittable>(stream: T): T
  query<R extends unknown[] = unknown[], I = unknown[]>(
    config: pg.QueryArrayConfig<I>,
    values?: pg.QueryConfigValues<I>,
  ): Promise<pg.QueryArrayResult<R>>
  // biome-ignore lint/suspicious/noExplicitAny: a row is whatever the caller says, as with pg.Pool
  query<R extends pg.QueryResultRow = any, I = unknown[]>(
    textOrConfig: string | pg.QueryConfig<I>,
    values?: pg.QueryConfigValues<I>,
  ): Promise<pg.QueryResult<R>>
  query<R extends unknown[] = unknown[], I = unknown[]>(
    config: pg.QueryArrayConfig<I>,
    callback: (error: Error, result: pg.QueryArrayResult<R>) => void,
  ): void
  // biome-ignore lint/suspicious/noExplicitAny: as above
  query<R extends pg.QueryResultRow = any, I = unknown[]>(
    textOrConfig: string | pg.QueryConfig<I>,
    callback: (error: Error, result: pg.QueryResult<R>) => void,
  ): void
  // biome-ignore lint/suspicious/noExplicitAny: as above
  query<R extends pg.QueryResultRow = any, I = unknown[]>(
    text: string,
    values: pg.QueryConfigValues<I>,
    callback: (error: Error, result: pg.QueryResult<R>) => void,
  ): void
  query(text: unknown, values?: unknown, callback?: unknown): unknown {
    const last = typeof values === 'function' ? values : callback
    const given = typeof values === 'function' ? undefined : values
    if (typeof text === 'function') return this.#refuseFunction(text as Callback<never>)
    if (typeof last === 'function') {
      this.#query(text, given, last as Callback<pg.QueryResult>)
      return undefined
    }
    return this.#promised(
      new Promise((resolve, reject) => {
        this.#query(text, given, (error, result) => (error ? reject(error) : resolve(result)))
      }).catch((error: unknown) => {
        // The stack of the socket says nothing; that of who waits for this promise does.
        if (error instanceof Error) Error.captureStackTrace(error)
        throw error
      }),
    )
  }

  /**
   * Runs `work` with a client that is released when it is done. A call inside that would wait for
   * this very client is refused at once.
   *
   * @throws PlataformaError as `connect` does; what `work` throws
   */
  async withClient<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const loan = await this.#borrow(this.withClient)
    try {
      return await whileHolding(loan, () => work(loan.client))
    } finally {
      if (!loan.isOver) loan.client.release()
    }
  }

  /**
   * Runs `work` in a transaction, which is rolled back when it throws.
   *
   * @throws PlataformaError as `withClient` does, and `PLT_TRANSACTION_ABORTED` when a statement
   * failed and `work` went on as if it had not
   * @example
   * await pool.transaction(async (client) => {
   *   await client.query('update conta set saldo = saldo - 1 where id = 1')
   *   await client.query('update conta set saldo = saldo + 1 where id = 2')
   * })
   */
  transaction<Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    return this.withClient(async (client) => {
      await client.query('BEGIN')
      // Where this throws, the release rolls back.
      const result = await work(client)
      const { command } = await client.query('COMMIT')
      if (command === 'COMMIT') return result
      throw new PlataformaError(
        'PLT_TRANSACTION_ABORTED',
        'A statement of the transaction failed, so COMMIT became ROLLBACK.',
        { remedy: 'Let the error of the statement leave the transaction, or use a savepoint.' },
      )
    })
  }

  /** Resolves when those who wait were served, all clients came back and all are closed. */
  end(): Promise<void>
  end(callback: (error?: Error) => void): void
  end(callback?: (error?: Error) => void): Promise<void> | undefined {
    this.log('ending')
    const ended = this.ending ? Promise.reject(endedTwice()) : this.#end()
    if (callback === undefined) return this.#promised(ended)
    ended.then(
      () => process.nextTick(callback),
      (error) => process.nextTick(callback, error),
    )
    return undefined
  }

  async #end(): Promise<void> {
    this.ending = true
    await this.#lending.served()
    await this.#ground.close()
    this.ended = true
  }

  #promised<Result>(result: Promise<Result>): Promise<Result> {
    if (this.Promise === Promise) return result
    return new this.Promise((resolve, reject) => result.then(resolve, reject))
  }

  #borrow(from?: (...args: never[]) => unknown): Loan | Promise<Loan> {
    return this.ending ? Promise.reject(poolEnded()) : this.#lending.borrow(from)
  }

  #refuseFunction(callback: Callback<never>): undefined {
    const error = new TypeError(
      'Passing a function as the first parameter to pool.query is not supported',
    )
    setImmediate(callback, error)
  }

  #query(text: unknown, values: unknown, callback: Callback<pg.QueryResult>): void {
    const loan = this.#borrow()
    if ('then' in loan) {
      loan.then(
        (served) => this.#queryOn(served, { text, values, callback }),
        (error) => process.nextTick(callback, error),
      )
    } else this.#queryOn(loan, { text, values, callback })
  }

  #queryOn(
    { client }: Loan,
    query: { text: unknown; values: unknown; callback: Callback<pg.QueryResult> },
  ): void {
    let isOver = false
    const finish = (error?: Error | null, result?: pg.QueryResult) => {
      if (isOver) return
      isOver = true
      client.removeListener('error', finish)
      client.release(error ?? undefined)
      query.callback(error ?? undefined, result)
    }
    client.once('error', finish)
    this.log('dispatching query')
    try {
      client.query(query.text as string, query.values as unknown[], finish)
    } catch (error) {
      // Nothing was sent: the client is as it was.
      isOver = true
      client.removeListener('error', finish)
      client.release()
      process.nextTick(query.callback, error)
    }
  }

  async #prepare(client: pg.Client): Promise<void> {
    const { observe } = this.#ground
    const { verify } = this.options
    if (observe !== undefined) observeStatements(client, observe)
    try {
      await this.#runHooks(client)
      if (verify === undefined) return
      await new Promise<void>((resolve, reject) => {
        verify(client as pg.PoolClient, (error) => (error ? reject(error) : resolve()))
      })
    } catch (error) {
      throw new UnfitConnection(error)
    }
  }

  async #runHooks(client: pg.Client): Promise<void> {
    await this.options.onConnect?.(client)
    this.emit('connect', client)
  }

  #lost(client: pg.Client, error: unknown): void {
    if (!(error instanceof Error)) return
    Object.assign(error, { client })
    // Without a listener, an error event would end the process.
    if (this.listenerCount('error') > 0) this.#tell('error', error, client)
    else this.log('idle client error', error)
  }

  /** What a listener throws is its own fault, and must not stop what it was told of. */
  #tell(event: string, ...facts: unknown[]): void {
    try {
      this.emit(event, ...facts)
    } catch (error) {
      process.nextTick(() => {
        throw error
      })
    }
  }
}
