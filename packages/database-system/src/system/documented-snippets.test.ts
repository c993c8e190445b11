import { randomUUID } from 'node:crypto'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest'
import {
  type ColumnDefinition,
  createPlatformaDatabaseSystem,
  DEVELOPMENT_CONFIG,
  defineConfig,
  PRODUCTION_CONFIG,
  type SystemConfig,
} from '../index.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(async () => {
  await database.drop()
})

const columns: ColumnDefinition[] = [
  { name: 'id', type: 'UUID', primaryKey: true },
  { name: 'organization_id', type: 'UUID', nullable: false },
  { name: 'cliente_id', type: 'UUID', nullable: false },
  { name: 'valor_total', type: 'NUMERIC(12,2)', nullable: false },
  { name: 'created_at', type: 'TIMESTAMPTZ', default: 'now()' },
]

it('the documented snippets of modules, health and queries work', async () => {
  await using dbSystem = createPlatformaDatabaseSystem({
    ...DEVELOPMENT_CONFIG,
    connectionString: database.connectionString,
    features: { ...DEVELOPMENT_CONFIG.features, caching: false },
  })
  await dbSystem.initialize()
  const vendas = await dbSystem.createModule('vendas')

  await vendas.createTable('pedidos', columns, {
    enableRLS: true,
    tenantColumn: 'organization_id',
  })
  const [cliente_id, startDate] = [randomUUID(), new Date('2024-01-01')]
  const result = await dbSystem.withContext({ tenantId: randomUUID() }, async () => {
    await vendas.insert('pedidos', [
      { cliente_id, valor_total: '10.50' },
      { cliente_id, valor_total: '2.00' },
    ])
    return await vendas.database.cacheQuery(
      'vendas:relatorio:mensal',
      async () => {
        return await vendas.query(
          `
          SELECT cliente_id, SUM(valor_total) as total
          FROM pedidos 
          WHERE created_at >= $1 
          GROUP BY cliente_id
        `,
          [startDate],
        )
      },
      { ttl: 3600, tags: ['relatorio', 'vendas'] },
    )
  })
  expect(result).toEqual([{ cliente_id, total: '12.50' }])

  const health = await dbSystem.healthCheck()
  expect({
    overall: health.overall,
    database: health.components.database,
    redis: health.components.redis,
    activeConnections: health.metrics.activeConnections,
    cacheHitRate: health.metrics.cacheHitRate,
  }).toMatchObject({ overall: 'healthy', cacheHitRate: 0 })
  expectTypeOf(health.overall).toEqualTypeOf<'healthy' | 'degraded' | 'unhealthy'>()
  expectTypeOf(health.metrics.cacheHitRate).toEqualTypeOf<number>()
})

interface Modules {
  vendas: { clientes: { id: string; nome: string } }
}

it('row types of modules may be given by hand', () => {
  const config = defineConfig({ ...DEVELOPMENT_CONFIG, rolePrefix: 'loja' })
  const system = createPlatformaDatabaseSystem<Modules>(config)
  const both = createPlatformaDatabaseSystem<Modules, typeof config>(config)
  type Vendas = Awaited<ReturnType<typeof system.createModule<'vendas'>>>
  expectTypeOf<Vendas['db']>().toEqualTypeOf<import('kysely').Kysely<Modules['vendas']>>()
  expectTypeOf(both.module<'vendas'>).returns.toEqualTypeOf<Vendas>()
  expectTypeOf(config.rolePrefix).toEqualTypeOf<'loja'>()
})

it('configurations are checked when they are compiled', () => {
  const config: SystemConfig = {
    ...PRODUCTION_CONFIG,
    connectionString: process.env.DATABASE_URL,
    redisConfig: { url: process.env.REDIS_URL, enabled: true },
  }
  expect(config.ssl).toBe(true)
  const wrong = [
    // @ts-expect-error: no such key
    () => createPlatformaDatabaseSystem({ ...DEVELOPMENT_CONFIG, poolconfig: { max: 3 } }),
    // @ts-expect-error: no such key
    () => defineConfig({ ...DEVELOPMENT_CONFIG, poolconfig: { max: 3 } }),
    // @ts-expect-error: no such mode
    () => createPlatformaDatabaseSystem({ ...DEVELOPMENT_CONFIG, mode: 'test' }),
    // @ts-expect-error: a number of connections
    () => createPlatformaDatabaseSystem({ poolConfig: { max: '10' } }),
  ]
  expect(wrong).toHaveLength(4)
})
