import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../database/test-database.js'
import type { Direction } from './network-conditions.js'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js'

let echo: Server
let proxy: TcpProxy
const seen: Direction[] = []

beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const address = echo.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  seen.length = 0
  const onData = (direction: Direction) => seen.push(direction)
  proxy = await startTcpProxy({ host: '127.0.0.1', port: address.port }, { onData })
})
afterEach(async () => {
  await proxy.close()
  echo.close()
})

async function open(): Promise<Socket> {
  const socket = connect({ host: proxy.host, port: proxy.port })
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

async function roundTrip(socket: Socket, text: string): Promise<string> {
  let answer = ''
  const done = new Promise<string>((resolve) => {
    socket.on('data', function receive(bytes) {
      answer += bytes
      if (answer.length < text.length) return
      socket.off('data', receive)
      resolve(answer)
    })
  })
  socket.write(text)
  return await done
}

test('passes data both ways and shows it to the tap', async () => {
  const text = 'x'.repeat(3_000_000)
  expect((await roundTrip(await open(), text)) === text).toBe(true)
  expect(new Set(seen)).toEqual(new Set(['toServer', 'toClient']))
})

test('passes the end of a stream on after its data', async () => {
  const socket = await open()
  proxy.delay({ toServerMs: 20 })
  let answer = ''
  socket.on('data', (bytes) => {
    answer += bytes
  })
  socket.end('last words')
  await once(socket, 'close')
  expect(answer).toBe('last words')
})

test('delays each direction by what is asked, also by fractions of a millisecond', async () => {
  const socket = await open()
  await roundTrip(socket, 'warm')
  proxy.delay({ toServerMs: 40, toClientMs: 60 })
  let start = performance.now()
  await roundTrip(socket, 'slow')
  expect(performance.now() - start).toBeGreaterThanOrEqual(99)
  proxy.delay({ toClientMs: 0.5 })
  start = performance.now()
  for (let trip = 0; trip < 20; trip++) await roundTrip(socket, 'fast')
  expect(performance.now() - start).toBeGreaterThanOrEqual(10)
})

test('limits the bandwidth', async () => {
  const socket = await open()
  proxy.limitBandwidth(100_000)
  const start = performance.now()
  await roundTrip(socket, 'x'.repeat(30_000))
  expect(performance.now() - start).toBeGreaterThanOrEqual(250)
})

test('holds data in a black hole until it is restored', async () => {
  const socket = await open()
  proxy.blackHole()
  const answer = roundTrip(socket, 'hello')
  expect(await Promise.race([answer, delay(100, 'silence')])).toBe('silence')
  expect(socket.destroyed).toBe(false)
  await proxy.restore()
  expect(await answer).toBe('hello')
})

test('a black hole toward the client lets the server hear all', async () => {
  const socket = await open()
  proxy.blackHole('toClient')
  const answer = roundTrip(socket, 'hello')
  expect(await Promise.race([answer, delay(100, 'silence')])).toBe('silence')
  expect(seen).toEqual(['toServer', 'toClient'])
})

test('cuts connections, and what was held is lost', async () => {
  const socket = await open()
  proxy.blackHole('toClient')
  let answer = ''
  socket.on('data', (bytes) => {
    answer += bytes
  })
  socket.write('lost')
  while (!seen.includes('toClient')) await delay(1)
  proxy.cut()
  await once(socket, 'close')
  expect(answer).toBe('')
  await expect.poll(() => proxy.connections).toBe(0)
})

test('resets connections', async () => {
  const socket = await open()
  await roundTrip(socket, 'x')
  const failed = once(socket, 'error')
  proxy.reset()
  expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
})

test('refuses new connections, keeps open ones, and takes them again on the same port', async () => {
  const before = await open()
  await roundTrip(before, 'x')
  await proxy.refuse()
  const refused = connect({ host: proxy.host, port: proxy.port })
  expect((await once(refused, 'error'))[0]).toMatchObject({ code: 'ECONNREFUSED' })
  expect(await roundTrip(before, 'y')).toBe('y')
  await proxy.restore()
  expect(await roundTrip(await open(), 'z')).toBe('z')
})

test('a client of PostgreSQL works through it and sees its faults', async () => {
  await using database = await testDatabase()
  await using before = await startTcpProxy(database.server)
  const client = new pg.Client(before.url(database.connectionString))
  client.on('error', () => {})
  await client.connect()
  const result = await client.query(
    "select repeat('x', 100000) as text, current_database() as name",
  )
  expect(result.rows[0].text).toHaveLength(100_000)
  expect(result.rows[0].name).toBe(database.name)
  const lost = once(client, 'error')
  before.reset()
  expect((await lost)[0]).toBeInstanceOf(Error)
})
