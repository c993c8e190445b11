import {
  startTcpProxy,
  type TcpProxy,
  type TcpProxyOptions,
  type TestDatabase,
  testDatabase,
} from '@plataforma/testkit'
import pg from 'pg'
import { StatementNames } from '../wire/statement-names.js'
import { PgConnection } from './pg-connection.js'
import type { WireStatement } from './session.js'

/** A database with connections to it, which end with it. */
export class ConnectedDatabase implements AsyncDisposable {
  readonly database: TestDatabase
  readonly #clients: pg.Client[] = []
  readonly #proxies: TcpProxy[] = []

  private constructor(database: TestDatabase) {
    this.database = database
  }

  static async start(): Promise<ConnectedDatabase> {
    return new ConnectedDatabase(await testDatabase())
  }

  /** A client that nobody has made a connection of. */
  async client(config: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.database.connectionString, ...config })
    client.on('error', () => {})
    await client.connect()
    this.#clients.push(client)
    return client
  }

  async connection(config: pg.ClientConfig = {}): Promise<PgConnection> {
    return PgConnection.of(await this.client(config), new StatementNames())
  }

  async proxied(
    config: pg.ClientConfig = {},
    onData?: TcpProxyOptions['onData'],
  ): Promise<{ proxy: TcpProxy; connection: PgConnection }> {
    const proxy = await startTcpProxy(this.database.server, { onData })
    this.#proxies.push(proxy)
    const connectionString = proxy.url(this.database.connectionString)
    return { proxy, connection: await this.connection({ connectionString, ...config }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()))
    await Promise.all(this.#proxies.map((proxy) => proxy.close()))
    await this.database.drop()
  }
}

export function statement(text: string, values: readonly unknown[] = []): WireStatement {
  return { text, values }
}

/** Of one statement in a segment of its own. */
export async function rowsOf(
  connection: PgConnection,
  text: string,
  values: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const [[result] = []] = await connection.send([{ statements: [{ text, values }] }])
  return result?.rows ?? []
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It was resolved.')
}
