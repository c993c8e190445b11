import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import {
  createPlatformaDatabaseSystem,
  DEVELOPMENT_CONFIG,
  type ModuleDatabase,
  type MultiPoolManager,
  PRODUCTION_CONFIG,
  type SystemConfig,
} from '../index.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(() => database.drop())

it('the documented snippets of pools work', async () => {
  await using dbSystem = createPlatformaDatabaseSystem({
    ...DEVELOPMENT_CONFIG,
    connectionString: database.connectionString,
  })
  await dbSystem.initialize()
  expectTypeOf(dbSystem.pool).toEqualTypeOf<MultiPoolManager>()
  const vendas = await dbSystem.createModule('vendas')
  await vendas.query('select 1 as um')

  const lines: string[] = []
  const metrics = dbSystem.pool.getAllMetrics()
  Object.entries(metrics).forEach(([module, stats]) => {
    lines.push(
      `${module}: ${JSON.stringify({
        connections: `${stats.activeConnections}/${stats.totalConnections}`,
        queries: stats.totalQueries,
        avgResponseTime: `${stats.avgQueryTime.toFixed(2)}ms`,
      })}`,
    )
  })
  expect(lines.join('\n')).toMatch(
    /^vendas: {"connections":"0\/1","queries":1,"avgResponseTime":"\d+\.\d\dms"}$/m,
  )

  const pool = dbSystem.pool.getModulePool('vendas')
  if (pool) {
    await pool.reconfigure({
      max: 30,
    })
  }
  expect(dbSystem.pool.getModulePool('vendas')?.getMetrics().max).toBe(30)
  const saturated = dbSystem.pool.getModulePool('vendas')?.getMetrics()
  expect(saturated?.waitingClients).toBe(0)
  const performance = dbSystem.pool.getModulePool('vendas')?.getPerformanceStats()
  expect(performance?.slowQueries).toEqual([])
})

describe.each(['shared', 'dedicated'] as const)('with logins of grade %s', (login) => {
  it('25 modules with the limits of production work within the budget', async () => {
    await using own = await testDatabase()
    const warnings: string[] = []
    const config: SystemConfig = {
      ...PRODUCTION_CONFIG,
      connectionString: own.connectionString,
      ssl: false,
      secret: 'a secret for tests only',
      isolation: { login },
      pool: { budget: 12 },
      log: (level, message) => {
        if (level !== 'debug' && message.includes('budget')) warnings.push(message)
      },
    }
    await using system = createPlatformaDatabaseSystem(config)
    await system.initialize()
    const modules: ModuleDatabase[] = []
    for (let index = 0; index < 25; index += 1) {
      modules.push(await system.createModule(`m${index}`))
    }
    expect(system.pool.getModulePool('m24')?.getMetrics()).toMatchObject({ min: 5, max: 50 })
    for (let round = 0; round < 3; round += 1) {
      await system.withContext({ tenantId: 't' }, () =>
        Promise.all(
          modules.flatMap((module) => [module.query('select 1'), module.query('select 2')]),
        ),
      )
      const { rows } = await sql<{ open: string }>`
        select count(*) as open from pg_stat_activity
        where datname = current_database() and application_name like 'plataforma%'
      `.execute(system.admin.db)
      expect(Number(rows[0]?.open)).toBeLessThanOrEqual(12)
    }
    // What is kept warm is looked at between the statements.
    await expect.poll(() => warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/125 .*12/)
  })
})
