import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectedDatabase, rejection, rowsOf, statement } from './connected.fixture.js'
import type { PgConnection } from './pg-connection.js'
import { TlsFront } from './tls-front.fixture.js'

let connected: ConnectedDatabase
let connection: PgConnection

beforeAll(async () => {
  connected = await ConnectedDatabase.start()
})

beforeEach(async () => {
  connection = await connected.connection()
})

afterAll(() => connected[Symbol.asyncDispose]())
afterEach(() => vi.useRealTimers())

const LONG = 'select pg_sleep(60)'
const segment = (...texts: string[]) => ({ statements: texts.map((text) => statement(text)) })

describe('an abort', () => {
  it('frees the caller with its reason at once, and the server at once, too', async () => {
    const controller = new AbortController()
    const aborted = rejection(connection.send([segment(LONG)], { signal: controller.signal }))
    const reason = new Error('Enough')
    controller.abort(reason)
    expect(await aborted).toBe(reason)
    expect(connection.busy).toBe(true)
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it('of a statement that waits for its turn takes it away, and no other', async () => {
    const controller = new AbortController()
    const before = rowsOf(connection, 'select 1 as a from pg_sleep(0.1)')
    const sent = vi.fn()
    const aborted = rejection(
      connection.send([segment('create table never ()')], {
        signal: controller.signal,
        onSent: sent,
      }),
    )
    const after = rowsOf(connection, `select to_regclass('never') as never`)
    controller.abort(new Error('Not needed'))
    expect(await aborted).toMatchObject({ message: 'Not needed' })
    expect(await before).toEqual([{ a: 1 }])
    expect(await after).toEqual([{ never: null }])
    expect(sent).not.toHaveBeenCalled()
  })

  it('of a script cancels it, too', async () => {
    const aborted = rejection(
      connection.script(`select 1; ${LONG}; select 2`, { signal: AbortSignal.timeout(50) }),
    )
    expect(await aborted).toMatchObject({ name: 'TimeoutError' })
    expect(await connection.script('select 1 as a')).toMatchObject([{ rows: [{ a: 1 }] }])
  })

  it('after the answer does nothing, and leaves no listener', async () => {
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    await connection.send([segment('select 1')], { signal: controller.signal })
    expect(remove).toHaveBeenCalledTimes(1)
    controller.abort()
    expect(connection.busy).toBe(false)
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it('may stand over many statements, and nobody is warned', async () => {
    const warn = vi.fn()
    process.on('warning', warn)
    const { signal } = new AbortController()
    const send = () => connection.send([segment('select 1')], { signal })
    await Promise.all(Array.from({ length: 30 }, send))
    await delay(0)
    process.off('warning', warn)
    expect(warn).not.toHaveBeenCalled()
  })

  it('in a transaction fails it, as PostgreSQL has it', async () => {
    await connection.script('begin')
    await rejection(connection.send([segment(LONG)], { signal: AbortSignal.timeout(20) }))
    expect(await rejection(rowsOf(connection, 'select 1'))).toMatchObject({ code: '25P02' })
    expect(connection.transactionStatus).toBe('failed')
    await connection.script('rollback')
  })
})

describe('a cancel', () => {
  it('does nothing where nothing is in flight', async () => {
    await connection.cancel()
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it('ends what is in flight with 57014', async () => {
    const cancelled = rejection(rowsOf(connection, LONG))
    await connection.cancel()
    expect(await cancelled).toMatchObject({ code: '57014' })
    expect(connection.broken).toBe(false)
  })

  it('that comes late never hits the statement behind it', async () => {
    const CANCEL_REQUEST = 80_877_102
    let requests = 0
    const { proxy, connection: own } = await connected.proxied({}, (direction, bytes) => {
      const isCancel = bytes.length === 16 && bytes.readInt32BE(4) === CANCEL_REQUEST
      if (direction !== 'toServer' || !isCancel) return
      requests++
      // This request alone travels for so long.
      proxy.delay({ toServerMs: 60 })
      queueMicrotask(() => proxy.delay({}))
    })
    for (let turn = 0; turn < 10; turn++) {
      const controller = new AbortController()
      const aborted = rejection(
        own.send([segment('select pg_sleep(0.02)')], { signal: controller.signal }),
      )
      controller.abort()
      await aborted
      expect(await rowsOf(own, 'select 1 as a from pg_sleep(0.1)')).toEqual([{ a: 1 }])
    }
    expect(requests).toBe(10)
  })

  it('that meets the end of its statement never hits the one behind it', async () => {
    for (let turn = 0; turn < 150; turn++) {
      const seconds = (turn % 6) / 1_000
      const signal = AbortSignal.timeout(turn % 5)
      await connection.send([segment(`select pg_sleep(${seconds})`)], { signal }).catch(() => {})
      expect(await rowsOf(connection, 'select 1 as a from pg_sleep(0.002)')).toEqual([{ a: 1 }])
    }
  })

  it('goes by TLS where its client does', async () => {
    const { server, connectionString } = connected.database
    await using front = await TlsFront.start(server)
    const url = new URL(connectionString)
    url.port = String(front.port)
    const own = await connected.connection({ connectionString: url.href, ssl: front.options })
    const cancelled = rejection(rowsOf(own, LONG))
    await own.cancel()
    expect(await cancelled).toMatchObject({ code: '57014' })
    expect(new Set(front.requests)).toEqual(new Set(['startup', 'cancel']))
    await own.kill()
  })
})

describe('a server that does not answer', () => {
  const GRACE_MS = 5_000

  it('loses the connection after the grace; the caller was freed before', async () => {
    const { proxy, connection: own } = await connected.proxied()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    proxy.blackHole()
    const controller = new AbortController()
    const aborted = rejection(own.send([segment(LONG)], { signal: controller.signal }))
    const behind = rejection(rowsOf(own, 'select 1'))
    controller.abort(new Error('Enough'))
    expect(await aborted).toMatchObject({ message: 'Enough' })
    vi.advanceTimersByTime(GRACE_MS - 1)
    expect(own.broken).toBe(false)
    vi.advanceTimersByTime(1)
    expect(own.broken).toBe(true)
    expect(await behind).toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
    await own.settled()
  })

  it('in time keeps the connection', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await rejection(connection.send([segment(LONG)], { signal: AbortSignal.timeout(10) }))
    await connection.settled()
    vi.advanceTimersByTime(2 * GRACE_MS)
    expect(connection.broken).toBe(false)
  })
})

describe('query_timeout of the client', () => {
  it('frees the caller, cancels on the server and keeps the connection', async () => {
    const own = await connected.connection({ query_timeout: 500 })
    const before = performance.now()
    await expect(rowsOf(own, LONG)).rejects.toThrow('Query read timeout')
    await expect(own.script(`select 1; ${LONG}`)).rejects.toThrow('Query read timeout')
    expect(await rowsOf(own, 'select 1 as a')).toEqual([{ a: 1 }])
    expect(performance.now() - before).toBeLessThan(3_000)
    expect(own.broken).toBe(false)
  })

  it('stops its clock at the answer', async () => {
    const own = await connected.connection({ query_timeout: 600 })
    const timers = () =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    for (let turn = 0; turn < 5; turn++) await rowsOf(own, 'select 1')
    expect(timers()).toBeLessThanOrEqual(before)
    const slow = rowsOf(own, 'select 1 as a from pg_sleep(0.4)')
    await delay(300)
    expect(await slow).toEqual([{ a: 1 }])
  })
})

describe('killing', () => {
  it('ends the statement on the server and the connection', async () => {
    const [{ pid } = {}] = await rowsOf(connection, 'select pg_backend_pid() as pid')
    const killed = rejection(rowsOf(connection, LONG))
    await connection.kill()
    expect(await killed).toBeInstanceOf(Error)
    expect(connection.broken).toBe(true)
    const other = await connected.connection()
    await expect
      .poll(() => rowsOf(other, 'select from pg_stat_activity where pid = $1', [pid]))
      .toEqual([])
  })
})
