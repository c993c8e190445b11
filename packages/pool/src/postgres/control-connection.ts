import type { Socket } from 'node:net'
import pg from 'pg'
import type { ClaimBoard } from '../budget/claim-board.js'
import { claimOfName, nameOfClaim, type ProcessClaim } from '../budget/process-claim.js'
import type { ServerWatch } from '../budget/server-watch.js'
import { isRefusedParameter, PoolerInFront } from './pooler-in-front.js'

export interface ControlConnectionOptions {
  readonly config: () => pg.ClientConfig
  /** Processes of other groups are not seen. */
  readonly group: string
}

/** A server that does not answer within this time is as good as gone. */
const ANSWER_MS = 2_000
const CONNECT_MS = 5_000
/** Left to whoever looks at the server, and to the next process's claim. */
const OBSERVERS = 2
const GONE_FIRST_MS = 5
const GONE_LONGEST_MS = 10_000

/**
 * The server ends the session of a machine that vanished within some ten seconds, and with it the
 * claim.
 */
const SETTINGS = [
  'set tcp_keepalives_idle = 4',
  'set tcp_keepalives_interval = 2',
  'set tcp_keepalives_count = 3',
  'set tcp_user_timeout = 10000',
  'set idle_session_timeout = 0',
  `set statement_timeout = ${ANSWER_MS}`,
  'set search_path = pg_catalog',
].join('; ')

const FACTS = `select pg_backend_pid() as pid,
  current_setting('max_connections')::int
    - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int as places`

type Rows = readonly Record<string, unknown>[]

/**
 * The one connection by which a process shows its claim, as its `application_name`, and sees those
 * of the others. The claim goes with the connection, and the connection with the process.
 */
export class ControlConnection implements ClaimBoard, ServerWatch {
  readonly #options: ControlConnectionOptions
  #client: pg.Client | undefined
  #isConnecting = false
  /** One statement after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: ControlConnectionOptions) {
    this.#options = options
  }

  /** @throws PoolerInFront */
  async open(claim: ProcessClaim, onLost: () => void): Promise<number> {
    const { config, group } = this.#options
    this.#drop()
    const client = new pg.Client({
      ...config(),
      application_name: nameOfClaim(group, claim),
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS + 500,
      keepAlive: true,
    })
    this.#client = client
    this.#isConnecting = true
    const lost = () => {
      if (this.#client !== client) return
      this.#drop()
      onLost()
    }
    client.on('error', lost)
    client.on('end', lost)
    try {
      await client.connect()
      if (this.#client === client) this.#isConnecting = false
      // The process may end whenever its own work has ended.
      socketOf(client).unref()
      const text = `${SETTINGS}; ${this.#publishing(claim)}; ${FACTS}`
      const [facts] = await this.#ask(text)
      if (Number(facts?.pid) !== (client as unknown as { processID: number }).processID) {
        throw new PoolerInFront('sessions of other processes than the one that was connected to')
      }
      return Math.max(1, Number(facts?.places) - OBSERVERS)
    } catch (error) {
      if (this.#client === client) this.#drop()
      if (isRefusedParameter(error)) throw new PoolerInFront(error.message, { cause: error })
      throw error
    }
  }

  async exchange(claim: ProcessClaim): Promise<readonly ProcessClaim[]> {
    const { group } = this.#options
    const prefix = pg.escapeLiteral(`plt:${group}:`)
    const rows = await this.#ask(
      `${this.#publishing(claim)}; select application_name as name from pg_stat_activity
        where starts_with(application_name, ${prefix}) and pid <> pg_backend_pid()`,
    )
    const claims = new Map<string, ProcessClaim>()
    for (const { name } of rows) {
      const found = claimOfName(group, String(name))
      if (found === undefined) continue
      // A connection that was replaced may linger: the larger claim holds.
      const { has } = claims.get(found.id) ?? { has: -1 }
      if (found.has > has) claims.set(found.id, found)
    }
    return [...claims.values()]
  }

  /** Resolves when the backend is gone, or nobody can tell, 10 s later at the most. */
  readonly gone = async (processId: number): Promise<void> => {
    const deadline = performance.now() + GONE_LONGEST_MS
    let started: unknown
    for (let pauseMs = GONE_FIRST_MS; performance.now() < deadline; pauseMs *= 2) {
      if (this.#client === undefined) return
      const [backend] = await this.#ask(
        `select backend_start::text as started from pg_stat_activity where pid = ${Number(processId)}`,
      ).catch((): Rows => [])
      if (backend === undefined) return
      started ??= backend.started
      if (backend.started !== started) return
      await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, 250)).unref())
    }
  }

  /** Connections that a login may have by its role's CONNECTION LIMIT, or its database's. */
  async limitOf(user: string, database: string): Promise<number> {
    const [limits] = await this.#ask(
      `select (select rolconnlimit from pg_roles where rolname = ${pg.escapeLiteral(user)}) as role,
        (select datconnlimit from pg_database
          where datname = ${pg.escapeLiteral(database)}) as database`,
    )
    const given = [limits?.role, limits?.database].filter(
      (limit): limit is number => typeof limit === 'number' && limit >= 0,
    )
    return Math.min(Number.POSITIVE_INFINITY, ...given)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const client = this.#client
    this.#client = undefined
    if (client === undefined) return
    // An `end` while it connects would leave `open` waiting for ever.
    if (this.#isConnecting) return destroy(client)
    const timer = setTimeout(() => destroy(client), 1_000)
    await client.end().catch(() => {})
    clearTimeout(timer)
  }

  #publishing(claim: ProcessClaim): string {
    return `set application_name = ${pg.escapeLiteral(nameOfClaim(this.#options.group, claim))}`
  }

  /** Rows of the last statement of a text. */
  #ask(text: string): Promise<Rows> {
    const asking = this.#last.then(async () => {
      const client = this.#client
      if (client === undefined || this.#isClosed) throw new Error('The control connection is lost.')
      try {
        const results: unknown = await client.query(text)
        const last = Array.isArray(results) ? results.at(-1) : results
        return (last as { readonly rows: Rows }).rows
      } catch (error) {
        // Whatever went wrong, what is published now is uncertain.
        if (this.#client === client) this.#drop()
        throw error
      }
    })
    this.#last = asking.catch(() => {})
    return asking
  }

  #drop(): void {
    const client = this.#client
    this.#client = undefined
    if (client !== undefined) destroy(client)
  }
}

function destroy(client: pg.Client): void {
  socketOf(client).destroy()
}

function socketOf(client: pg.Client): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
    .stream
}
