import type { Socket } from 'node:net'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bytesSent } from './client-state.js'
import { Pool } from './pool.js'
import type { PoolConfig } from './pool-config.js'

let database: TestDatabase
const pools: Pool[] = []

beforeAll(async () => {
  database = await testDatabase()
})

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
})

afterAll(() => database.drop())

function open(config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: database.connectionString, max: 1, ...config })
  pools.push(pool)
  return pool
}

const pidOf = async (pool: Pool) => (await pool.query('select pg_backend_pid() as pid')).rows[0].pid

const failure = (pool: Pool) => pool.query('select 1/0').catch((error: Error) => error)

describe('release', () => {
  it('sends nothing where nothing is to be done', async () => {
    const pool = open()
    const client = await pool.connect()
    await client.query('begin')
    await client.query('commit')
    const before = bytesSent(client)
    client.release()
    expect(pool.idleCount).toBe(1)
    const again = await pool.connect()
    expect(bytesSent(again)).toBe(before)
    again.release()
  })

  it.each(['select 1', 'select 1/0'])(
    'rolls an open transaction back that stands at %s, before the next borrower',
    async (statement) => {
      const pool = open()
      const pid = await pidOf(pool)
      const client = await pool.connect()
      await client.query('begin')
      await client.query('create table left_over ()')
      await client.query(statement).catch(() => {})
      client.release()
      const next = await pool.connect()
      expect(next.getTransactionStatus()).toBe('I')
      const { rows } = await next.query(
        "select pg_backend_pid() as pid, to_regclass('left_over') as left_over",
      )
      expect(rows).toEqual([{ pid, left_over: null }])
      next.release()
    },
  )

  it('awaits a statement that its borrower did not', async () => {
    const pool = open()
    await pool.query('create table written (id int)')
    const client = await pool.connect()
    void client.query('insert into written values (1)')
    client.release()
    expect((await pool.query('select id from written')).rows).toEqual([{ id: 1 }])
  })

  it('cancels what is still at work, and keeps the connection', async () => {
    const pool = open()
    const pid = await pidOf(pool)
    const client = await pool.connect()
    const sleeping = client.query('select pg_sleep(30)').catch((error: unknown) => error)
    client.release()
    expect(await pidOf(pool)).toBe(pid)
    expect(await sleeping).toMatchObject({ code: '57014' })
  })

  it('lends nobody a client whose call has timed out and is still at work', async () => {
    const pool = open({ query_timeout: 500 })
    const client = await pool.connect()
    await expect(client.query('select pg_sleep(30)')).rejects.toThrow('Query read timeout')
    client.release()
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    await expect(pool.query('select pg_sleep(30)')).rejects.toThrow('Query read timeout')
    expect((await pool.query('select 2 as n')).rows).toEqual([{ n: 2 }])
    const { rows } = await pool.query(
      "select count(*)::int as n from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(30)' and state = 'active'",
    )
    expect(rows).toEqual([{ n: 0 }])
  })

  it('ends a client that waits for its borrower in the midst of a cursor', async () => {
    const pool = open()
    const pid = await pidOf(pool)
    const client = await pool.connect()
    const cursor = client.query(new Cursor('select generate_series(1, 100)'))
    expect(await cursor.read(2)).toHaveLength(2)
    client.release()
    expect(await pidOf(pool)).not.toBe(pid)
  })

  it('lends nobody the transaction that was begun after it', async () => {
    const pool = open({ max: 1 })
    const client = await pool.connect()
    client.release()
    await client.query('begin')
    await pool.query('create table late (id int)')
    const { rows } = await pool.query("select to_regclass('late') is not null as committed")
    expect(rows).toEqual([{ committed: true }])
    await pool.query('drop table late')
  })

  it('lends nobody a client whose socket is closed already', async () => {
    const pool = open({ max: 1 })
    const client = await pool.connect()
    client.release()
    const { connection } = client as unknown as { connection: { stream: Socket } }
    connection.stream.destroy()
    await expect(pool.query('select 1')).resolves.toBeDefined()
  })

  it('keeps a client that is released with an error of its SQL, and ends it with any other', async () => {
    const pool = open()
    const pid = await pidOf(pool)
    const client = await pool.connect()
    client.release((await client.query('select 1/0').catch((error) => error)) as Error)
    expect(await pidOf(pool)).toBe(pid)
    const again = await pool.connect()
    again.release(new Error('whatever'))
    expect(pool.totalCount).toBe(0)
    expect(await pidOf(pool)).not.toBe(pid)
  })

  it('keeps the connection of a statement that failed through the pool', async () => {
    const pool = open()
    const pid = await pidOf(pool)
    for (let round = 0; round < 5; round += 1) {
      expect(await failure(pool)).toMatchObject({ code: '22012' })
    }
    expect(await pidOf(pool)).toBe(pid)
  })

  it('ends it as pg-pool does, where that is asked', async () => {
    const pool = open({ compat: 'pg-pool' })
    const pid = await pidOf(pool)
    expect(await failure(pool)).toMatchObject({ code: '22012' })
    expect(pool.totalCount).toBe(0)
    expect(await pidOf(pool)).not.toBe(pid)
  })

  it('stays where it is when the statement was none', async () => {
    const pool = open()
    const pid = await pidOf(pool)
    await expect(pool.query(undefined as unknown as string)).rejects.toThrow(TypeError)
    expect(await pidOf(pool)).toBe(pid)
  })
})

describe('what borrowers set', () => {
  it('stays, and so does what hooks set', async () => {
    const pool = open({ onConnect: (client) => void client.query("set work_mem = '5MB'") })
    const client = await pool.connect()
    await client.query("set statement_timeout = '7s'")
    client.release()
    const { rows } = await pool.query(
      "select current_setting('work_mem') as hook, current_setting('statement_timeout') as own",
    )
    expect(rows).toEqual([{ hook: '5MB', own: '7s' }])
  })

  it('goes with full hygiene, and what hooks set is set again', async () => {
    const pool = open({
      hygiene: 'full',
      onConnect: async (client) => void (await client.query("set work_mem = '5MB'")),
    })
    pool.on('connect', (client) => void client.query("set lock_timeout = '3s'"))
    const named = { name: 'one', text: 'select $1::int as n', values: [1] }
    const client = await pool.connect()
    const pid = (client as unknown as { processID: number }).processID
    await client.query("set statement_timeout = '7s'")
    await client.query('create temp table scratch ()')
    await client.query('select pg_advisory_lock(1)')
    await client.query('listen news')
    await client.query(named)
    await client.query('begin')
    client.release()
    const next = await pool.connect()
    const { rows } = await next.query(`
      select pg_backend_pid() as pid, current_setting('work_mem') as hook,
        current_setting('lock_timeout') as listener,
        current_setting('statement_timeout') as own, to_regclass('scratch') as scratch,
        (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks,
        (select count(*)::int from pg_listening_channels()) as channels`)
    expect(rows).toEqual([
      { pid, hook: '5MB', listener: '3s', own: '0', scratch: null, locks: 0, channels: 0 },
    ])
    expect((await next.query(named)).rows).toEqual([{ n: 1 }])
    next.release()
  })

  it('costs no round trip with full hygiene where nothing was sent', async () => {
    const pool = open({ hygiene: 'full' })
    await pool.query('select 1')
    const client = await pool.connect()
    const before = bytesSent(client)
    client.release()
    expect(pool.idleCount).toBe(1)
    expect(bytesSent(client)).toBe(before)
  })
})
