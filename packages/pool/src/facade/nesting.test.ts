import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Leak } from './leak.js'
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

describe('a caller who holds a client and waits for another', () => {
  it('is told at once inside `transaction`', async () => {
    const pool = open()
    const startedAt = performance.now()
    await expect(pool.transaction(() => pool.query('select 1'))).rejects.toMatchObject({
      code: 'PLT_POOL_DEADLOCK',
    })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(pool.idleCount).toBe(0)
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('is served where a client is left', async () => {
    const pool = open({ max: 2 })
    const rows = await pool.withClient(async () => (await pool.query('select 1 as n')).rows)
    expect(rows).toEqual([{ n: 1 }])
  })

  it.each(['begin', undefined])('is found out where nobody was told, after %s', async (first) => {
    const pool = open({ deadlockTimeoutMs: 100 })
    const client = await pool.connect()
    if (first !== undefined) await client.query(first)
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'PLT_POOL_DEADLOCK' })
    client.release()
  })

  it('gets through when another goes, and no more than one does', async () => {
    const pool = open({ max: 2, deadlockTimeoutMs: 100 })
    const work = async () => {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await pool.query('select 1')
        await client.query('commit')
        return 'done'
      } catch (error) {
        return (error as { code: string }).code
      } finally {
        client.release()
      }
    }
    const outcomes = await Promise.all([work(), work()])
    expect(outcomes.sort()).toEqual(['PLT_POOL_DEADLOCK', 'done'])
  })

  it('is not confused with one who waits for what is at work', async () => {
    const pool = open({ deadlockTimeoutMs: 100 })
    const client = await pool.connect()
    const waiting = pool.query('select 1 as n')
    await client.query('select pg_sleep(0.5)')
    client.release()
    expect((await waiting).rows).toEqual([{ n: 1 }])
  })

  it('is not confused with one who waits for what is used again and again', async () => {
    const pool = open({ deadlockTimeoutMs: 1_000 })
    const client = await pool.connect()
    const waiting = pool.query('select 1 as n')
    for (let round = 0; round < 30; round += 1) {
      await client.query('select 1')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    client.release()
    expect((await waiting).rows).toEqual([{ n: 1 }])
  })
})

describe('a transaction', () => {
  it('is committed, or rolled back when its work throws', async () => {
    const pool = open()
    await pool.query('create table conta (id int)')
    await pool.transaction((client) => client.query('insert into conta values (1)'))
    const failure = new Error('changed my mind')
    await expect(
      pool.transaction(async (client) => {
        await client.query('insert into conta values (2)')
        throw failure
      }),
    ).rejects.toBe(failure)
    expect((await pool.query('select id from conta')).rows).toEqual([{ id: 1 }])
  })

  it('does not pass for committed when PostgreSQL rolled it back', async () => {
    const pool = open()
    await expect(
      pool.transaction(async (client) => {
        await client.query('select 1/0').catch(() => {})
      }),
    ).rejects.toMatchObject({ code: 'PLT_TRANSACTION_ABORTED' })
  })
})

describe('a client that is not given back', () => {
  it('is reported once, with where it was borrowed', async () => {
    const published: unknown[] = []
    const listen = (leak: unknown) => published.push(leak)
    subscribe('plataforma:pool:leak', listen)
    const logged: unknown[] = []
    const pool = open({ max: 2, leakDetectionMs: 40, log: (...words) => logged.push(words[0]) })
    const leaks: Leak[] = []
    pool.on('leak', (leak: Leak) => leaks.push(leak))
    const client = await forgetful(pool)
    await pool.query('select pg_sleep(0.15)')
    await expect.poll(() => leaks.length).toBe(1)
    expect(leaks[0]?.client).toBe(client)
    expect(leaks[0]?.stack).toContain('forgetful')
    expect(leaks[0]?.stack).not.toContain('pool.ts')
    const [{ heldMs, stack } = {}] = leaks
    expect(published).toEqual([{ pools: pool, login: 'pool', module: 'pool', heldMs, stack }])
    expect(logged).toContain('client was not given back')
    unsubscribe('plataforma:pool:leak', listen)
    client.release()
  })

  it('is not confused with one that is used for long', async () => {
    const pool = open({ leakDetectionMs: 1_000 })
    const leaks: Leak[] = []
    pool.on('leak', (leak: Leak) => leaks.push(leak))
    const client = await pool.connect()
    for (let call = 0; call < 15; call += 1) {
      await client.query('select 1')
      await sleep(100)
    }
    await client.query('select pg_sleep(1.5)')
    expect(leaks).toEqual([])
    await expect.poll(() => leaks.length).toBe(1)
    client.release()
  })
})

function forgetful(pool: Pool) {
  return pool.connect()
}
