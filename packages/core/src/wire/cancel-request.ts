import { connect as connectTcp, isIP, type NetConnectOpts, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { PgClient } from './pg-internals.js'

const CANCEL_REQUEST_CODE = 80_877_102
const SSL_REQUEST_CODE = 80_877_103

export interface CancelOptions {
  /** Asked once the socket is open: whether there is anything left to cancel. */
  readonly isWanted: () => boolean
  /** Ends the wait for a server that does not answer. */
  readonly signal: AbortSignal
}

/**
 * Asks the server that `client` talks to, at the same address, to cancel its statement. Resolves
 * when the server has closed the socket: from then on no cancel can hit a later statement.
 */
export function sendCancelRequest(
  client: PgClient,
  { isWanted, signal }: CancelOptions,
): Promise<void> {
  const { processID, secretKey } = client
  if (processID === null || secretKey === null) return Promise.resolve()
  return new Promise<void>((resolve, reject) => {
    const socket = connectTcp(addressOf(client))
    let isSent = false
    const fail = (error: Error) => {
      socket.destroy()
      // A server that has read the request may close its side as rudely as it likes.
      if (isSent && !signal.aborted) resolve()
      else reject(error)
    }
    const send = (stream: Socket) => {
      if (stream !== socket) stream.on('error', fail)
      stream.on('close', () => resolve())
      stream.resume()
      if (!isWanted()) return stream.end()
      // Left open: a pooler forgets the request of a client that seems to have gone.
      stream.write(cancelRequest(processID, secretKey), () => {
        isSent = true
      })
    }
    const onAbort = () => fail(new Error('The server did not answer a cancel request.'))
    signal.addEventListener('abort', onAbort)
    socket.on('close', () => signal.removeEventListener('abort', onAbort))
    socket.on('error', fail)
    socket.on('connect', () => {
      if (!client.ssl) send(socket)
      else startTls(socket, client, { send, fail })
    })
  })
}

/** A host name may stand for several servers: what counts is where this client ended up. */
function addressOf(client: PgClient): NetConnectOpts {
  if (client.host?.startsWith('/')) return { path: `${client.host}/.s.PGSQL.${client.port}` }
  const { remoteAddress, remotePort } = client.connection.stream
  return { host: remoteAddress ?? client.host, port: remotePort ?? client.port }
}

function startTls(
  socket: Socket,
  client: PgClient,
  { send, fail }: { send: (stream: Socket) => void; fail: (error: Error) => void },
): void {
  const upgrade = (options: ConnectionOptions = {}) => {
    const stream = connectTls({ ...tlsOptions(client), ...options, socket })
    send(stream)
  }
  if (client.sslNegotiation === 'direct') {
    upgrade({ ALPNProtocols: ['postgresql'] })
    return
  }
  const request = Buffer.alloc(8)
  request.writeInt32BE(8, 0)
  request.writeInt32BE(SSL_REQUEST_CODE, 4)
  socket.write(request)
  socket.once('data', (answer) => {
    if (answer.toString('latin1') === 'S') upgrade()
    else fail(new Error('The server refused TLS for a cancel request.'))
  })
}

/** As `pg` itself connects; a server's name may not be an IP address (RFC 6066, section 3). */
function tlsOptions({ host, ssl }: PgClient): ConnectionOptions {
  const options: ConnectionOptions = typeof ssl === 'object' ? ssl : {}
  return {
    host,
    ...options,
    // `pg` hides the key from enumeration.
    ...('key' in options ? { key: options.key } : {}),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  }
}

function cancelRequest(processID: number, secretKey: number): Buffer {
  const packet = Buffer.alloc(16)
  packet.writeInt32BE(16, 0)
  packet.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  packet.writeInt32BE(processID, 8)
  packet.writeInt32BE(secretKey, 12)
  return packet
}
