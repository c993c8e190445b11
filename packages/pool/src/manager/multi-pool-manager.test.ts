import { createDatabase, PlataformaDialect } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pooling } from '../plugin/pooling.js'
import { MultiPoolManager } from './multi-pool-manager.js'

let server: TestDatabase

beforeAll(async () => {
  server = await testDatabase()
})

afterAll(() => server[Symbol.asyncDispose]())

const kyselyOf = (pools: MultiPoolManager, module: string) =>
  new Kysely<unknown>({
    dialect: new PlataformaDialect({ sessions: pools.sessionsOf(module) }),
  })

describe('pools alone', () => {
  it('give every Kysely its part of one budget, and its own figures', async () => {
    const { connectionString } = server
    await using pools = new MultiPoolManager({
      connectionString,
      budget: 4,
      modules: { vendas: { max: 3, min: 2 }, relatorios: { max: 1 } },
    })
    const [vendas, relatorios] = [kyselyOf(pools, 'vendas'), kyselyOf(pools, 'relatorios')]
    const ask = (db: Kysely<unknown>) => sql`select pg_sleep(0.01)`.execute(db)
    await Promise.all(Array.from({ length: 20 }, (_, call) => ask(call % 4 ? vendas : relatorios)))
    expect(pools.getAllMetrics()).toMatchObject({
      vendas: { totalQueries: 15, waitingClients: 0, max: 3 },
      relatorios: { totalQueries: 5, max: 1 },
    })
    expect(pools.getModulePool('vendas')?.getMetrics().queryTimePercentiles.p50).toBeGreaterThan(9)
    await vendas.destroy()
    await ask(relatorios)
  })

  it('keep `min` warm from the first statement on, not before', async () => {
    const { connectionString } = server
    const options = { connectionString, budget: 10, poolConfig: { min: 3 } }
    await using pools = new MultiPoolManager(options)
    const vendas = kyselyOf(pools, 'vendas')
    expect(pools.getBudget().used).toBe(0)
    await sql`select 1`.execute(vendas)
    await expect.poll(() => pools.getBudget().used, { timeout: 5_000 }).toBe(3)
  })

  it('take new limits under load, and nobody fails', async () => {
    const { connectionString } = server
    await using pools = new MultiPoolManager({
      connectionString,
      budget: 8,
      poolConfig: { max: 1 },
    })
    const vendas = kyselyOf(pools, 'vendas')
    const pool = pools.poolOf('vendas')
    let most = 0
    const work = Array.from({ length: 300 }, async () => {
      await sql`select pg_sleep(0.002)`.execute(vendas)
      most = Math.max(most, pool.getMetrics().activeConnections)
    })
    for (const max of [6, 2, 8, 1, 5]) {
      await pool.reconfigure({ max })
      await sql`select 1`.execute(vendas)
    }
    await Promise.all(work)
    expect(pool.getMetrics()).toMatchObject({ totalQueries: 305, waitingClients: 0, max: 5 })
    expect(most).toBeLessThanOrEqual(8)
    await expect(pool.reconfigure({ max: 0 })).rejects.toMatchObject({ code: 'PLT_CONFIG_INVALID' })
  })
})

it('slow statements are named as the module wrote them, without values', async () => {
  const database = createDatabase({
    connectionString: server.connectionString,
    mode: 'development',
    plugins: [pooling({ budget: 5, poolConfig: { slowQueryThresholdMs: 20 } })],
  })
  await database.initialize()
  const vendas = await database.createModule('vendas')
  await vendas.query("select 'segredo' as a, pg_sleep(0.03), $1::text as b", ['segredo2'])
  await vendas.query("select 'outro' as a, pg_sleep(0.03), $1::text as b", ['segredo3'])
  await vendas.transaction((tx) => tx.query('select pg_sleep(0.03) as em_transacao'))
  await expect(vendas.query("selec 'segredo', pg_sleep(1)")).rejects.toThrow()
  const stats = database.pool.getModulePool('vendas')?.getPerformanceStats()
  const slow = stats?.slowQueries.filter(({ statement }) => statement.includes('pg_sleep'))
  expect(slow?.map(({ statement, count }) => [statement, count])).toEqual(
    expect.arrayContaining([
      ['select $2 as a, pg_sleep($3), $1::text as b', 2],
      ['select pg_sleep($1) as em_transacao', 1],
    ]),
  )
  expect(JSON.stringify(database.pool.getAllMetrics()) + JSON.stringify(stats)).not.toMatch(
    /segredo|outro/,
  )
  await database.close()
})
