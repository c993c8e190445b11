import { connect, createServer, type Socket } from 'node:net'
import { type FrontendMessage, FrontendMessages } from './frontend-messages.js'
import type { ProxyTarget } from './tcp-proxy.js'

/** Settings of a proxy that knows PostgreSQL's messages. */
export interface MessageProxyOptions {
  /**
   * Asked before each message of any client, in the order of their arrival; `index` counts them from
   * 0 over all connections. With `'pass-then-cut'` the server gets it and the client no answer: all
   * connections are cut. With `'cut'` the server does not get it either. With `'pass-then-close'` no
   * connection is accepted any more, as if the client's process had been killed.
   */
  readonly onMessage: (message: FrontendMessage, index: number) => MessageVerdict
}

/** What becomes of a message. */
export type MessageVerdict = 'pass' | 'cut' | 'pass-then-cut' | 'pass-then-close'

/** A proxy before a PostgreSQL that stops a client at any message of the protocol. */
export class MessageProxy implements AsyncDisposable {
  readonly host = '127.0.0.1'
  readonly #sockets = new Set<Socket>()
  readonly #options: MessageProxyOptions
  readonly #target: ProxyTarget
  readonly #server = createServer((client) => this.#accept(client))
  #order: Promise<void> = Promise.resolve()
  #count = 0
  #port = 0
  #isClosed = false

  private constructor(target: ProxyTarget, options: MessageProxyOptions) {
    this.#target = target
    this.#options = options
  }

  static async start(target: ProxyTarget, options: MessageProxyOptions): Promise<MessageProxy> {
    const proxy = new MessageProxy(target, options)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject)
      proxy.#server.listen(0, proxy.host, resolve)
    })
    const address = proxy.#server.address()
    if (address && typeof address === 'object') proxy.#port = address.port
    return proxy
  }

  /** Messages seen so far. */
  get count(): number {
    return this.#count
  }

  /** The same connection string, through the proxy. */
  url(target: string): string {
    const url = new URL(target)
    url.hostname = this.host
    url.port = String(this.#port)
    return url.href
  }

  /** Closes all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #accept(client: Socket): void {
    if (this.#isClosed) {
      client.destroy()
      return
    }
    const server = connect({ host: this.#target.host, port: this.#target.port })
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.end()
      })
    }
    const messages = new FrontendMessages()
    server.on('data', (bytes) => client.write(bytes))
    client.on('data', (bytes: Buffer) => {
      for (const message of messages.take(bytes)) {
        this.#order = this.#order.then(() => this.#pass(message, server))
      }
    })
  }

  async #pass(message: FrontendMessage, server: Socket): Promise<void> {
    if (this.#isClosed) return
    const verdict = this.#options.onMessage(message, this.#count++)
    if (verdict !== 'cut' && !server.destroyed) {
      await new Promise((resolve) => server.write(message.bytes, resolve))
    }
    if (verdict === 'pass-then-close') this.#isClosed = true
    if (verdict !== 'pass') this.cut()
  }
}

/**
 * Starts a proxy that sees every message that clients send to a PostgreSQL.
 *
 * @example
 * await using proxy = await startMessageProxy(server, {
 *   onMessage: (_, index) => (index === 7 ? 'pass-then-cut' : 'pass'),
 * })
 */
export function startMessageProxy(
  target: ProxyTarget,
  options: MessageProxyOptions,
): Promise<MessageProxy> {
  return MessageProxy.start(target, options)
}
