import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { type ConnectionOptions, TLSSocket } from 'node:tls'

const CANCEL_REQUEST = 80_877_102
const KEY = Buffer.from('a key that both sides know')
// Both sides know a key, so that no certificate has to be kept.
const CIPHERS = 'PSK+AES128:@SECLEVEL=0'

/** Speaks TLS before a server that does not, as a client of PostgreSQL asks for it. */
export class TlsFront implements AsyncDisposable {
  readonly requests: ('startup' | 'cancel')[] = []
  readonly options: ConnectionOptions = {
    pskCallback: () => ({ psk: KEY, identity: 'test' }),
    ciphers: CIPHERS,
    maxVersion: 'TLSv1.2',
    checkServerIdentity: () => undefined,
  }
  readonly #listener: Server
  readonly #sockets = new Set<Socket>()

  private constructor(server: { readonly host: string; readonly port: number }) {
    this.#listener = createServer(async (socket) => {
      this.#track(socket)
      await once(socket, 'data')
      socket.write('S')
      const secured = new TLSSocket(socket, {
        isServer: true,
        pskCallback: () => KEY,
        ciphers: CIPHERS,
        maxVersion: 'TLSv1.2',
      } as never)
      const [first] = (await once(secured, 'data')) as [Buffer]
      this.requests.push(first.readInt32BE(4) === CANCEL_REQUEST ? 'cancel' : 'startup')
      const behind = this.#track(connect(server.port, server.host))
      behind.write(first)
      secured.pipe(behind).pipe(secured)
    })
  }

  static async start(server: { readonly host: string; readonly port: number }): Promise<TlsFront> {
    const front = new TlsFront(server)
    front.#listener.listen(0, '127.0.0.1')
    await once(front.#listener, 'listening')
    return front
  }

  get port(): number {
    return (this.#listener.address() as { port: number }).port
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#listener.close()
  }

  #track(socket: Socket): Socket {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    return socket
  }
}
