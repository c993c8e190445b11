import { startTcpProxy, type TcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { LoginDirectory } from '../identity/login-directory.js'
import { rejection, statement } from './connected.fixture.js'
import { PgPoolSessionSource, type PgPoolSessionSourceOptions } from './pg-pool-session-source.js'
import type { Session } from './session.js'
import type { SessionRequest } from './session-source.js'

let database: TestDatabase
let proxy: TcpProxy
let observer: pg.Client

beforeAll(async () => {
  database = await testDatabase()
  observer = new pg.Client(database.superuser.connectionString)
  await observer.connect()
})

beforeEach(async () => {
  proxy = await startTcpProxy(database.server)
  onTestFinished(() => proxy.close())
})

afterAll(async () => {
  await observer.end()
  await database.drop()
})

const REQUEST: SessionRequest = {
  identity: { kind: 'administrator' },
  purpose: 'admin',
  access: 'write',
}
const NAME = 'pool-source-test'

function open(options: Partial<PgPoolSessionSourceOptions> = {}): PgPoolSessionSource {
  const connectionString = proxy.url(database.connectionString)
  const source = new PgPoolSessionSource({
    logins: { loginOf: () => ({ key: 'a', config: { connectionString, application_name: NAME } }) },
    max: 2,
    acquireTimeoutMs: 2_000,
    ...options,
  })
  onTestFinished(() => source.close())
  return source
}

const one = async (session: Session) =>
  (await session.run([{ statements: [statement('select 1 as a')] }]))[0]?.[0]?.rows[0]?.a

async function use(source: PgPoolSessionSource): Promise<unknown> {
  const session = await source.acquire(REQUEST)
  try {
    return await one(session)
  } finally {
    session.release()
  }
}

const backends = async () => {
  const text = 'select pid from pg_stat_activity where application_name = $1'
  return (await observer.query(text, [NAME])).rows.map((row: { pid: number }) => row.pid)
}

describe('sessions', () => {
  it('are lent again, and kept apart by login', async () => {
    const source = open()
    const first = await source.acquire(REQUEST)
    const { backendPid } = first
    expect(backendPid).toBe((await backends())[0])
    first.release()
    const second = await source.acquire(REQUEST)
    expect(second.backendPid).toBe(backendPid)
    expect(source.stats()).toEqual({ active: 1, idle: 0, waiting: 0 })
    second.release()
    expect(source.stats()).toEqual({ active: 0, idle: 1, waiting: 0 })
  })

  it('that are all lent out make callers wait, up to the deadline', async () => {
    const source = open({ acquireTimeoutMs: 1_000 })
    const lent = [await source.acquire(REQUEST), await source.acquire(REQUEST)]
    const waiting = source.acquire(REQUEST)
    expect(source.stats()).toEqual({ active: 2, idle: 0, waiting: 1 })
    expect(await rejection(waiting)).toMatchObject({
      code: 'PLT_POOL_TIMEOUT',
      remedy: expect.any(String),
    })
    expect(source.stats().waiting).toBe(0)
    const next = source.acquire(REQUEST)
    lent[0]?.release()
    expect(await one(await next)).toBe(1)
    ;(await next).release()
    lent[1]?.release()
  })

  it('are not taken for a caller whose signal aborts while it waits', async () => {
    const source = open({ max: 1 })
    const lent = await source.acquire(REQUEST)
    const controller = new AbortController()
    const { signal } = controller
    const aborted = rejection(source.acquire({ ...REQUEST, signal }))
    const patient = source.acquire(REQUEST)
    controller.abort(new Error('Enough'))
    expect(await aborted).toMatchObject({ message: 'Enough' })
    expect(await rejection(source.acquire({ ...REQUEST, signal }))).toMatchObject({
      message: 'Enough',
    })
    lent.release()
    expect(await one(await patient)).toBe(1)
    ;(await patient).release()
    await expect.poll(() => source.stats()).toEqual({ active: 0, idle: 1, waiting: 0 })
  })

  it('that nobody uses are ended after their time', async () => {
    const source = open({ idleTimeoutMs: 100 })
    const both = [await source.acquire(REQUEST), await source.acquire(REQUEST)]
    for (const session of both) session.release()
    expect(source.stats()).toEqual({ active: 0, idle: 2, waiting: 0 })
    await expect.poll(backends).toEqual([])
    expect(source.stats()).toEqual({ active: 0, idle: 0, waiting: 0 })
    expect(await use(source)).toBe(1)
  })

  it('go to those who wait before those who come next', async () => {
    const source = open({ max: 1 })
    const lent = await source.acquire(REQUEST)
    const order: string[] = []
    const first = source.acquire(REQUEST).then((session) => {
      order.push('first')
      session.release()
    })
    lent.release()
    const second = source.acquire(REQUEST).then((session) => {
      order.push('second')
      session.release()
    })
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
  })

  it('of backends that were killed are not lent', async () => {
    const source = open({ max: 1 })
    await use(source)
    const [pid] = await backends()
    await observer.query('select pg_terminate_backend($1)', [pid])
    await expect.poll(() => use(source).catch(() => 0)).toBe(1)
    const session = await source.acquire(REQUEST)
    await observer.query('select pg_terminate_backend($1)', [session.backendPid])
    await expect.poll(() => session.broken).toBe(true)
    session.release()
    expect(await use(source)).toBe(1)
  })
})

describe('a server', () => {
  it('that is absent gives the error of the socket, and later works', async () => {
    const source = open()
    await proxy.refuse()
    expect(await rejection(use(source))).toMatchObject({ code: 'ECONNREFUSED' })
    expect(source.stats()).toEqual({ active: 0, idle: 0, waiting: 0 })
    await proxy.restore()
    expect(await use(source)).toBe(1)
  })

  it('that accepts and says nothing ends the wait at the deadline', async () => {
    const source = open({ acquireTimeoutMs: 1_000 })
    proxy.blackHole('toClient')
    expect(await rejection(use(source))).toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
      remedy: expect.any(String),
    })
    await proxy.restore()
    expect(await use(source)).toBe(1)
  })

  it('that falls silent after the login ends the wait at the deadline, or at the abort', async () => {
    const source = open({ acquireTimeoutMs: 1_000, max: 1 })
    await using own = await startTcpProxy(database.server, {
      onData: (direction, bytes) => {
        if (direction === 'toServer' && bytes.includes('pg_backend_pid')) own.blackHole()
      },
    })
    const silent = open({
      acquireTimeoutMs: 1_000,
      max: 1,
      logins: {
        loginOf: () => ({
          key: 'a',
          config: { connectionString: own.url(database.connectionString) },
        }),
      },
    })
    expect(await rejection(silent.acquire(REQUEST))).toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
    })
    await own.restore()
    const controller = new AbortController()
    const aborted = rejection(silent.acquire({ ...REQUEST, signal: controller.signal }))
    await expect.poll(() => silent.stats().active).toBe(1)
    controller.abort(new Error('Enough'))
    expect(await aborted).toMatchObject({ message: 'Enough' })
    expect(await use(source)).toBe(1)
  })

  it('that refuses the password is asked again after the login was healed, once for all', async () => {
    await observer.query(`create role healing_${process.pid} login password 'new'`)
    let password = 'old'
    let refusals = 0
    const heal = vi.fn(async () => {
      await expect.poll(() => refusals === 2 && source.stats().active).toBe(0)
      password = 'new'
      return true
    })
    const url = new URL(proxy.url(database.connectionString))
    const logins: LoginDirectory = {
      loginOf: () => ({
        key: 'a',
        config: {
          host: url.hostname,
          port: Number(url.port),
          database: database.name,
          user: `healing_${process.pid}`,
          password: () => password,
        },
      }),
      heal,
    }
    await using counted = await startTcpProxy(database.server, {
      onData: (direction, bytes) => {
        if (direction === 'toClient' && bytes.includes('28P01')) refusals++
      },
    })
    url.port = String(counted.port)
    const source = open({ logins })
    expect(await Promise.all([use(source), use(source)])).toEqual([1, 1])
    expect(heal).toHaveBeenCalledTimes(1)
    await source.close()
    password = 'older still'
    const hopeless = open({ logins: { ...logins, heal: async () => false } })
    expect(await rejection(use(hopeless))).toMatchObject({ code: '28P01' })
    const unheard = open({ logins: { ...logins, heal: async () => true } })
    password = 'wrong'
    expect(await rejection(use(unheard))).toMatchObject({ code: '28P01' })
    await hopeless.close()
    await unheard.close()
    await observer.query(`drop role healing_${process.pid}`)
  })
})

describe('close', () => {
  it('resolves when every backend is gone, and is idempotent', async () => {
    const source = open()
    const sessions = [await source.acquire(REQUEST), await source.acquire(REQUEST)]
    for (const session of sessions) session.release()
    await Promise.all([source.close(), source.close()])
    await expect.poll(() => proxy.connections).toBe(0)
    await expect.poll(backends).toEqual([])
    expect(source.stats()).toEqual({ active: 0, idle: 0, waiting: 0 })
  })

  it('frees those who wait and refuses those who come with PLT_CLOSED, at once', async () => {
    const source = open({ max: 1 })
    const lent = await source.acquire(REQUEST)
    const waiting = [1, 2, 3].map(() => rejection(source.acquire(REQUEST)))
    const closing = source.close()
    for (const error of await Promise.all(waiting)) {
      expect(error).toMatchObject({ code: 'PLT_CLOSED', remedy: expect.any(String) })
    }
    expect(await rejection(source.acquire(REQUEST))).toMatchObject({ code: 'PLT_CLOSED' })
    expect(await one(lent)).toBe(1)
    lent.release()
    await closing
  })

  it('waits for work in progress', async () => {
    const source = open()
    const session = await source.acquire(REQUEST)
    const work = session.run([{ statements: [statement('select 7 as a from pg_sleep(0.1)')] }])
    const closing = source.close()
    expect((await work)[0]?.[0]?.rows).toEqual([{ a: 7 }])
    session.release()
    await closing
  })

  it('cuts what is not given back in time, and a borrower that forgets does not hold it up', async () => {
    const source = open({ closeTimeoutMs: 50 })
    const forgotten = await source.acquire(REQUEST)
    const busy = await source.acquire(REQUEST)
    const work = rejection(busy.run([{ statements: [statement('select pg_sleep(60)')] }]))
    await source.close()
    expect(await work).toBeInstanceOf(Error)
    expect(forgotten.broken).toBe(true)
    await expect.poll(() => proxy.connections).toBe(0)
    forgotten.release()
    busy.release()
  })

  it('does not wait for a server that says nothing', async () => {
    const source = open({ closeTimeoutMs: 50 })
    await use(source)
    proxy.blackHole()
    const waiting = [rejection(use(source)), rejection(use(source))]
    await source.close()
    for (const error of await Promise.all(waiting)) expect(error).toBeInstanceOf(Error)
  })
})
