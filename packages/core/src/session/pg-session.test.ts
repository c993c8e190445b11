import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ConnectedDatabase, rejection, rowsOf, statement } from './connected.fixture.js'
import type { PgConnection } from './pg-connection.js'
import { PgSession } from './pg-session.js'

let connected: ConnectedDatabase
let observer: PgConnection
let connection: PgConnection
let session: PgSession
let givenBack: ReturnType<typeof vi.fn<(destroy: boolean) => void>>

beforeAll(async () => {
  connected = await ConnectedDatabase.start()
  observer = await connected.connection()
  await observer.script('create table pet (id int primary key)')
})

beforeEach(async () => {
  connection = await connected.connection()
  await connection.measure()
  lend()
})

afterAll(() => connected[Symbol.asyncDispose]())

function lend(): void {
  givenBack = vi.fn<(destroy: boolean) => void>()
  session = new PgSession(connection, givenBack)
}

const segment = (...texts: string[]) => ({ statements: texts.map((text) => statement(text)) })
const returned = () => expect.poll(() => givenBack.mock.calls, { interval: 5 })
const setting = async (name: string) =>
  (await rowsOf(connection, 'select current_setting($1, true) as value', [name]))[0]?.value

describe('a released session', () => {
  it('that is clean goes back at once', () => {
    session.release()
    expect(givenBack.mock.calls).toEqual([[false]])
  })

  it('goes back once, however often it is released', async () => {
    await session.run([segment('begin')])
    session.release()
    session.release()
    await returned().toEqual([[false]])
    session.release()
    expect(givenBack).toHaveBeenCalledTimes(1)
  })

  it('goes back after what is in flight, although there is nothing to clean', async () => {
    const slow = session.run([segment('select 1 as a from pg_sleep(0.05)')])
    session.release()
    expect(givenBack).not.toHaveBeenCalled()
    expect((await slow)[0]?.[0]?.rows).toEqual([{ a: 1 }])
    await returned().toEqual([[false]])
  })

  it.each(['begin', 'begin; select 1/0'])('ends an open transaction: %s', async (text) => {
    await session.script(`${text.split(';')[0]}; insert into pet values (1)`)
    if (text.includes('/')) await rejection(session.run([segment('select 1/0')]))
    session.release()
    await returned().toEqual([[false]])
    expect(connection.transactionStatus).toBe('idle')
    expect(await rowsOf(observer, 'select from pet')).toEqual([])
  })

  it('ends a transaction whose BEGIN is still in flight', async () => {
    void session.run([segment('select pg_sleep(0.03)')])
    void session.run([segment('begin', 'insert into pet values (1)')])
    session.release()
    await returned().toEqual([[false]])
    expect(connection.transactionStatus).toBe('idle')
  })

  it('that left settings has none of them', async () => {
    await session.run([
      segment(
        `select set_config('role', current_user, false)`,
        `select set_config('search_path', 'elsewhere', false), pg_advisory_lock(1)`,
        'set default_transaction_read_only = on',
      ),
    ])
    session.leaves('settings')
    session.leaves('none')
    session.release()
    await returned().toEqual([[false]])
    expect(await setting('role')).toBe('none')
    expect(await setting('search_path')).toBe('"$user", public')
    expect(await setting('default_transaction_read_only')).toBe('off')
    const held = `select from pg_locks join pg_database as d on d.oid = database
      where locktype = 'advisory' and datname = current_database()`
    expect(await rowsOf(observer, held)).toEqual([])
  })

  it('that may have left anything has nothing, and its names are forgotten', async () => {
    for (const _ of [1, 2]) await session.run([segment('select 1 as a')])
    await session.script(`prepare theirs as select 1; create temp table remains (); listen news;
      declare c cursor with hold for select 1; set application_name = 'theirs'`)
    session.leaves('anything')
    session.leaves('settings')
    session.release()
    await returned().toEqual([[false]])
    expect(await rowsOf(connection, 'select name from pg_prepared_statements')).toEqual([])
    expect(await rowsOf(connection, `select from pg_class where relname = 'remains'`)).toEqual([])
    expect(await rowsOf(connection, 'select pg_listening_channels()')).toEqual([])
    expect(await rowsOf(connection, `select from pg_cursors where name <> ''`)).toEqual([])
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it('is ended when it cannot be cleaned', async () => {
    await session.run([segment('begin')])
    await rowsOf(observer, 'select pg_terminate_backend($1)', [session.backendPid])
    session.release()
    await returned().toEqual([[true]])
  })

  it('is ended when its connection is lost', async () => {
    await session.run([segment('begin')])
    connection.destroy()
    session.release()
    expect(givenBack.mock.calls).toEqual([[true]])
  })

  it('is ended when the server does not answer the cleaning', async () => {
    const { proxy, connection: own } = await connected.proxied()
    const lost = vi.fn<(destroy: boolean) => void>()
    const loan = new PgSession(own, lost)
    await loan.run([segment('begin')])
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      proxy.blackHole()
      loan.release()
      await Promise.resolve()
      vi.advanceTimersByTime(5_000)
      expect(own.broken).toBe(true)
    } finally {
      vi.useRealTimers()
    }
    await expect.poll(() => lost.mock.calls).toEqual([[true]])
  })

  it('waits for a cancel that is on its way', async () => {
    const aborted = rejection(
      session.run([segment('select pg_sleep(60)')], { signal: AbortSignal.timeout(10) }),
    )
    expect(await aborted).toMatchObject({ name: 'TimeoutError' })
    session.release()
    expect(givenBack).not.toHaveBeenCalled()
    await returned().toEqual([[false]])
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it('does nothing any more', async () => {
    session.release()
    lend()
    const old = session
    lend()
    old.release()
    const closed = { code: 'PLT_CLOSED', remedy: expect.any(String) }
    expect(await rejection(old.run([segment('select 1')]))).toMatchObject(closed)
    expect(await rejection(old.script('select 1'))).toMatchObject(closed)
    const stream = old.stream([], statement('select 1'), { chunkSize: 1 })
    expect(await rejection(stream.next())).toMatchObject(closed)
    const next = session.run([segment('select 1 as a from pg_sleep(0.05)')])
    await old.cancel()
    await old.kill()
    expect((await next)[0]?.[0]?.rows).toEqual([{ a: 1 }])
  })
})

describe('a session', () => {
  it('sends nothing for a signal that is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('Too late'))
    const create = [segment('create table never ()')]
    await expect(session.run(create, { signal })).rejects.toThrow('Too late')
    await expect(session.script('create table never ()', { signal })).rejects.toThrow('Too late')
    const stream = session.stream([], statement('select 1'), { chunkSize: 1, signal })
    await expect(stream.next()).rejects.toThrow('Too late')
    expect(await rowsOf(observer, `select to_regclass('never') as never`)).toEqual([
      { never: null },
    ])
  })

  it('knows its backend and the server’s clock', async () => {
    const [{ pid } = {}] = await rowsOf(connection, 'select pg_backend_pid() as pid')
    expect(session.backendPid).toBe(pid)
    expect(Math.abs(session.clockOffsetMs)).toBeLessThan(1_000)
  })

  it('tells when it is broken', async () => {
    expect(session.broken).toBe(false)
    await session.kill()
    expect(session.broken).toBe(true)
    session.release()
    expect(givenBack.mock.calls).toEqual([[true]])
  })
})

describe('a stream', () => {
  const numbers = (to: number) => statement(`select n from generate_series(1, $1::int) n`, [to])

  async function read(portions: AsyncIterable<Record<string, unknown>[]>): Promise<number[][]> {
    const seen: number[][] = []
    for await (const rows of portions) seen.push(rows.map((row) => row.n as number))
    return seen
  }

  it.each([
    [0, []],
    [2, [[1, 2]]],
    [5, [[1, 2], [3, 4], [5]]],
    [
      6,
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
  ])('of %i rows comes in portions', async (count, portions) => {
    expect(await read(session.stream([], numbers(count), { chunkSize: 2 }))).toEqual(portions)
    expect(session.transactionStatus).toBe('idle')
    expect(connection.busy).toBe(false)
  })

  it('has what its head sets, to the end', async () => {
    const head = [statement(`select set_config('app.t', 'here', true)`)]
    const each = statement(
      `select length(current_setting('app.t')) as n from generate_series(1, 3)`,
    )
    expect(await read(session.stream(head, each, { chunkSize: 1 }))).toEqual([[4], [4], [4]])
    expect(await setting('app.t')).toBe('')
  })

  it('commits what it writes, also when its reader leaves early', async () => {
    const insert = statement('insert into pet select generate_series(1, 5) returning id as n')
    for await (const rows of session.stream([], insert, { chunkSize: 2 })) {
      expect(rows).toHaveLength(2)
      break
    }
    expect(session.transactionStatus).toBe('idle')
    expect(await rowsOf(observer, 'delete from pet returning id')).toHaveLength(5)
  })

  it('that is never read sends nothing', async () => {
    session.stream([], statement('create table never ()'), { chunkSize: 1 })
    await rowsOf(connection, 'select 1')
    expect(await rowsOf(observer, `select to_regclass('never') as never`)).toEqual([
      { never: null },
    ])
  })

  it.each([
    ['at once', 'select 1 / 0 as n', 0],
    ['in its head', 'select 1 as n', 0],
    ['midway', 'select 10 / (3 - n) as n from generate_series(1, 5) n', 1],
  ])('that fails %s leaves the session usable', async (where, text, portions) => {
    const head = where === 'in its head' ? [statement('nonsense')] : []
    const seen: unknown[] = []
    const error = await rejection(
      (async () => {
        for await (const rows of session.stream(head, statement(text), { chunkSize: 2 }))
          seen.push(rows)
      })(),
    )
    expect(error).toMatchObject({ code: where === 'in its head' ? '42601' : '22012' })
    expect(seen).toHaveLength(portions)
    expect((await session.run([segment('select 1 as a')]))[0]?.[0]?.rows).toEqual([{ a: 1 }])
    expect(session.transactionStatus).toBe('idle')
    session.release()
    expect(givenBack.mock.calls).toEqual([[false]])
  })

  it('that is aborted frees its reader at once and rolls back', async () => {
    const controller = new AbortController()
    const slow = statement(
      'select n, pg_sleep(case when n > 2 then 60 else 0 end) from generate_series(1, 5) n',
    )
    const stream = session.stream([], slow, { chunkSize: 2, signal: controller.signal })
    expect((await stream.next()).value).toHaveLength(2)
    const next = rejection(stream.next())
    controller.abort(new Error('Enough'))
    expect(await next).toMatchObject({ message: 'Enough' })
    expect((await session.run([segment('select 1 as a')]))[0]?.[0]?.rows).toEqual([{ a: 1 }])
    expect(session.transactionStatus).toBe('idle')
  })

  it('that is aborted between two portions ends there', async () => {
    const controller = new AbortController()
    const stream = session.stream([], numbers(5), { chunkSize: 2, signal: controller.signal })
    await stream.next()
    controller.abort(new Error('Enough'))
    await expect(stream.next()).rejects.toThrow('Enough')
    await connection.settled()
    expect(session.transactionStatus).toBe('idle')
  })

  it('lets other statements of its transaction run between two portions', async () => {
    await session.run([segment('begin')])
    for await (const [row] of session.stream([], numbers(3), { chunkSize: 1 })) {
      await session.run([{ statements: [statement('insert into pet values ($1)', [row?.n])] }])
    }
    expect(await rowsOf(connection, `select from pg_cursors where name <> ''`)).toEqual([])
    await session.run([segment('rollback')])
    expect(await rowsOf(observer, 'select from pet')).toEqual([])
  })

  it('and another one may be read side by side in a transaction', async () => {
    await session.run([segment('begin')])
    const one = session.stream([], numbers(3), { chunkSize: 1 })
    const other = session.stream([], numbers(30), { chunkSize: 10 })
    const seen = []
    for (let turn = 0; turn < 4; turn++) {
      seen.push([(await one.next()).value?.length, (await other.next()).value?.length])
    }
    expect(seen).toEqual([
      [1, 10],
      [1, 10],
      [1, 10],
      [undefined, undefined],
    ])
    await session.run([segment('commit')])
  })

  it('is ended by the release of its session', async () => {
    const stream = session.stream([], numbers(5), { chunkSize: 1 })
    await stream.next()
    session.release()
    expect(await rejection(stream.next())).toMatchObject({ code: 'PLT_CLOSED' })
    await returned().toEqual([[false]])
    expect(connection.transactionStatus).toBe('idle')
  })

  it('of a connection that is lost fails, and is over', async () => {
    const stream = session.stream([], numbers(5), { chunkSize: 1 })
    await stream.next()
    connection.destroy()
    await expect(stream.next()).rejects.toThrow()
    expect(await stream.next()).toEqual({ value: undefined, done: true })
  })
})
