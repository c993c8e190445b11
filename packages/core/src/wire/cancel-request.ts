import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { PgClient } from './pg-internals.js'

const CANCEL_REQUEST_CODE = 80_877_102
const SSL_REQUEST_CODE = 80_877_103

/**
 * Asks the server that `client` talks to, on the same host and port, to cancel its statement.
 * Resolves when the server has closed the socket: from then on no cancel can hit a later statement.
 */
export async function sendCancelRequest(client: PgClient, timeoutMs = 5_000): Promise<void> {
  const { processID, secretKey } = client
  if (processID === null || secretKey === null) return
  const packet = Buffer.alloc(16)
  packet.writeInt32BE(16, 0)
  packet.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  packet.writeInt32BE(processID, 8)
  packet.writeInt32BE(secretKey, 12)

  const address = client.host.startsWith('/')
    ? { path: `${client.host}/.s.PGSQL.${client.port}` }
    : { host: client.host, port: client.port }
  const socket = connectTcp(address)
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error) => {
      socket.destroy()
      reject(error)
    }
    socket.setTimeout(timeoutMs, () => fail(new Error('The cancel request was not answered')))
    socket.on('error', fail)
    const send = (stream: Socket) => {
      stream.on('error', fail)
      stream.on('close', () => resolve())
      stream.resume()
      stream.end(packet)
    }
    socket.on('connect', () => {
      if (!client.ssl) return send(socket)
      const request = Buffer.alloc(8)
      request.writeInt32BE(8, 0)
      request.writeInt32BE(SSL_REQUEST_CODE, 4)
      socket.write(request)
      socket.once('data', (answer) => {
        if (answer.toString('latin1') !== 'S') return fail(new Error('The server refused TLS'))
        send(connectTls({ ...tlsOptions(client), socket }))
      })
    })
  })
}

function tlsOptions(client: PgClient): ConnectionOptions {
  const options = typeof client.ssl === 'object' ? client.ssl : {}
  return { host: client.host, servername: client.host, ...options }
}
