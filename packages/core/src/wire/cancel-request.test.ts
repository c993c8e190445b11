import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { sendCancelRequest } from './cancel-request.js'
import type { PgClient } from './pg-internals.js'

/** A server that does with a cancel request what PostgreSQL itself does not. */
async function serverThat(answer: (socket: Socket) => void): Promise<PgClient> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    answer(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as { port: number }
  const connection = { stream: {} }
  return { processID: 7, secretKey: 8, host: '127.0.0.1', port, ssl: false, connection } as PgClient
}

const wanted = { isWanted: () => true, signal: new AbortController().signal }

it('stays until the server hangs up, as poolers need it', async () => {
  let left = false
  const client = await serverThat((socket) => {
    socket.on('end', () => {
      left = true
    })
    socket.once('data', async (request) => {
      expect(request.toString('hex')).toBe('0000001004d2162e0000000700000008')
      await delay(50)
      expect(left).toBe(false)
      socket.end()
    })
  })
  await sendCancelRequest(client, wanted)
})

it('is content with a server that hangs up rudely', async () => {
  const client = await serverThat((socket) => socket.once('data', () => socket.resetAndDestroy()))
  await sendCancelRequest(client, wanted)
})

it('sends nothing where nothing is left to cancel', async () => {
  let received = 0
  const client = await serverThat((socket) => {
    socket.on('data', () => received++)
    socket.on('end', () => socket.end())
  })
  await sendCancelRequest(client, { ...wanted, isWanted: () => false })
  expect(received).toBe(0)
})

it('ends with its signal where the server says nothing', async () => {
  const client = await serverThat(() => {})
  const signal = AbortSignal.timeout(30)
  await expect(sendCancelRequest(client, { ...wanted, signal })).rejects.toThrow('did not answer')
})

it('fails where the server cannot be reached', async () => {
  const client = await serverThat(() => {})
  await expect(sendCancelRequest({ ...client, port: 1 } as PgClient, wanted)).rejects.toMatchObject(
    {
      code: 'ECONNREFUSED',
    },
  )
})
