import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Direction, healthyNetwork, type NetworkConditions } from './network-conditions.js'
import { ProxiedConnection } from './proxied-connection.js'

const HOST = '127.0.0.1'

/** Where a proxy leads to. */
export interface ProxyTarget {
  readonly host: string
  readonly port: number
}

/** Settings of a proxy that do not change. */
export interface TcpProxyOptions {
  /** Sees every piece of data as it arrives at the proxy, before any fault. */
  readonly onData?: (direction: Direction, bytes: Buffer) => void
}

/** A TCP proxy on the loopback address that does what networks do on bad days. */
export class TcpProxy implements AsyncDisposable {
  readonly host = HOST
  readonly #target: ProxyTarget
  readonly #onData: TcpProxyOptions['onData']
  readonly #connections = new Set<ProxiedConnection>()
  readonly #conditions: Readonly<Record<Direction, NetworkConditions>> = {
    toServer: healthyNetwork(),
    toClient: healthyNetwork(),
  }
  #listener: Server | undefined
  #port = 0

  private constructor(target: ProxyTarget, options: TcpProxyOptions) {
    this.#target = target
    this.#onData = options.onData
  }

  static async start(target: ProxyTarget, options: TcpProxyOptions): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, options)
    await proxy.#listen()
    return proxy
  }

  get port(): number {
    return this.#port
  }

  /** Number of client connections that are open now. */
  get connections(): number {
    return this.#connections.size
  }

  /** The same connection string or URL, through the proxy. */
  url(target: string): string {
    const url = new URL(target)
    url.hostname = this.host
    url.port = String(this.port)
    return url.href
  }

  /** Delays each piece of data, in milliseconds (fractions allowed); directions left out: none. */
  delay({ toServerMs = 0, toClientMs = 0 }: { toServerMs?: number; toClientMs?: number }): void {
    this.#conditions.toServer.delayMs = toServerMs
    this.#conditions.toClient.delayMs = toClientMs
  }

  /** Lets no more than so many bytes per second through, each way and connection. */
  limitBandwidth(bytesPerSecond: number): void {
    this.#conditions.toServer.bytesPerSecond = bytesPerSecond
    this.#conditions.toClient.bytesPerSecond = bytesPerSecond
  }

  /** Holds all data back while connections stay open; new ones are accepted and stay silent. */
  blackHole(direction: Direction | 'both' = 'both'): void {
    this.#conditions.toServer.blackHole ||= direction !== 'toClient'
    this.#conditions.toClient.blackHole ||= direction !== 'toServer'
  }

  /** Closes all connections; data on its way (held by a black hole, delayed) is lost. */
  cut(): void {
    for (const connection of this.#connections) connection.cut()
  }

  /** As `cut`, by a reset (RST): the client sees ECONNRESET. */
  reset(): void {
    for (const connection of this.#connections) connection.reset()
  }

  /** Refuses new connections (ECONNREFUSED); open ones go on. */
  async refuse(): Promise<void> {
    this.#listener?.close()
    this.#listener = undefined
  }

  /** A healthy network again; data held by a black hole arrives now. */
  async restore(): Promise<void> {
    Object.assign(this.#conditions.toServer, healthyNetwork())
    Object.assign(this.#conditions.toClient, healthyNetwork())
    if (!this.#listener) await this.#listen()
    for (const connection of this.#connections) connection.pump()
  }

  /** Closes all connections and stops listening. */
  async close(): Promise<void> {
    await this.refuse()
    this.cut()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #listen(): Promise<void> {
    const listener = createServer({ allowHalfOpen: true }, (client) => this.#accept(client))
    this.#listener = listener
    return new Promise((resolve, reject) => {
      listener.once('error', reject)
      listener.listen(this.#port, HOST, () => {
        const address = listener.address()
        if (address && typeof address === 'object') this.#port = address.port
        resolve()
      })
    })
  }

  #accept(client: Socket): void {
    const server = connect({ ...this.#target, allowHalfOpen: true })
    if (this.#onData) {
      client.on('data', (bytes: Buffer) => this.#onData?.('toServer', bytes))
      server.on('data', (bytes: Buffer) => this.#onData?.('toClient', bytes))
    }
    const connection = new ProxiedConnection(client, server, this.#conditions)
    this.#connections.add(connection)
    client.once('close', () => this.#connections.delete(connection))
  }
}

/**
 * Starts a fault proxy before a server.
 *
 * @example
 * await using proxy = await startTcpProxy(server)
 * const client = new pg.Client(proxy.url(database.connectionString))
 * proxy.blackHole('toClient')
 */
export function startTcpProxy(
  target: ProxyTarget,
  options: TcpProxyOptions = {},
): Promise<TcpProxy> {
  return TcpProxy.start({ host: target.host, port: target.port }, options)
}
