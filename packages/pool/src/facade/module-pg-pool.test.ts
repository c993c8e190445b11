import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'

let database: TestDatabase
let manager: MultiPoolManager

beforeAll(async () => {
  database = await testDatabase()
})

afterEach(() => manager.close())

afterAll(() => database.drop())

function manage(max: number, budget = 10): MultiPoolManager {
  manager = new MultiPoolManager({
    connectionString: database.connectionString,
    budget,
    poolConfig: { max, slowQueryThresholdMs: 50 },
  })
  return manager
}

describe('the pg.Pool of a module', () => {
  it('is one, and counts in the module’s metrics and slow queries', async () => {
    const pools = manage(2)
    const pool: pg.Pool = pools.pgPool('vendas')
    expect(pools.pgPool('vendas')).toBe(pool)
    await pool.query('select $1::int', [1])
    const client = await pool.connect()
    await client.query('select pg_sleep(0.1), $1::text', ['secret'])
    expect(pools.getModulePool('vendas')?.getMetrics()).toMatchObject({
      activeConnections: 1,
      totalQueries: 2,
      max: 2,
    })
    client.release()
    await expect
      .poll(() => pools.getModulePool('vendas')?.getPerformanceStats().slowQueries)
      .toMatchObject([{ module: 'vendas', count: 1 }])
    const stats = pools.getModulePool('vendas')?.getPerformanceStats()
    expect(JSON.stringify(stats)).not.toContain('secret')
  })

  it('counts statements with callbacks, and those that fail', async () => {
    const pools = manage(2)
    const pool = pools.pgPool('vendas')
    await new Promise((resolve) => pool.query('select 1', resolve))
    await expect(pool.query('select 1/0')).rejects.toMatchObject({ code: '22012' })
    expect(pools.getModulePool('vendas')?.getMetrics().totalQueries).toBe(2)
  })

  it('keeps to the limits of the module and to the budget, live', async () => {
    const pools = manage(2, 3)
    const pool = pools.pgPool('vendas', { deadlockTimeoutMs: 0 })
    const one = await pool.connect()
    const other = await pool.connect()
    const third = pool.connect()
    expect(pool.waitingCount).toBe(1)
    await pools.getModulePool('vendas')?.reconfigure({ max: 3 })
    const client = await third
    const fourth = pools.pgPool('estoque').query('select 1 as n')
    for (const lent of [one, other, client]) lent.release()
    expect((await fourth).rows).toEqual([{ n: 1 }])
    expect(pools.getBudget().used).toBeLessThanOrEqual(3)
  })

  it('has one connection more, where there is room, when its borrowers wait for each other', async () => {
    const pools = manage(1, 5)
    const pool = pools.pgPool('vendas', { deadlockTimeoutMs: 100 })
    const client = await pool.connect()
    await client.query('begin')
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
    client.release()
  })

  it('looks for leaks as its module does, unless told otherwise', () => {
    const { connectionString } = database
    manager = new MultiPoolManager({ connectionString, poolConfig: { leakDetectionMs: 5_000 } })
    expect(manager.pgPool('vendas').options.leakDetectionMs).toBe(5_000)
    expect(manager.pgPool('estoque', { leakDetectionMs: 0 }).options.leakDetectionMs).toBe(0)
  })

  it('ends alone: what others have goes on', async () => {
    const pools = manage(2)
    const pool = pools.pgPool('vendas')
    await pool.query('select 1')
    await pool.end()
    expect(pools.getBudget().used).toBe(0)
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'PLT_CLOSED' })
    const another = pools.pgPool('vendas')
    expect(another).not.toBe(pool)
    expect((await another.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })
})
