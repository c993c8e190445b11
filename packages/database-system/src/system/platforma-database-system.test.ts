import { randomUUID } from 'node:crypto'
import type { Log } from '@plataforma/core'
import { MigrationSystem } from '@plataforma/migrations'
import { MultiPoolManager } from '@plataforma/pool'
import { sharedRedis, startTcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createPlatformaDatabaseSystem,
  DEVELOPMENT_CONFIG,
  PlatformaDatabaseSystem,
  type SystemConfig,
} from '../index.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(async () => {
  await database.drop()
})

const COLUMNS = [
  { name: 'id', type: 'UUID', primaryKey: true },
  { name: 'organization_id', type: 'UUID', nullable: false },
  { name: 'nome', type: 'TEXT' },
] as const

function makeSystem(config: SystemConfig = {}) {
  const { connectionString } = database
  return createPlatformaDatabaseSystem({ ...DEVELOPMENT_CONFIG, connectionString, ...config })
}

async function startSystem(config: SystemConfig = {}) {
  const warnings: string[] = []
  const log: Log = (level, message) => {
    if (level === 'warn') warnings.push(message)
  }
  const system = makeSystem({ log, ...config })
  await system.initialize()
  return Object.assign(system, { warnings })
}

describe('a system before initialize()', () => {
  it('connects to nothing and refuses to work', async () => {
    await using system = makeSystem({ connectionString: 'postgres://nobody@127.0.0.1:1/none' })
    expect(system).toBeInstanceOf(PlatformaDatabaseSystem)
    await expect(system.createModule('vendas')).rejects.toMatchObject({
      code: 'PLT_NOT_INITIALIZED',
    })
    expect(() => system.module('vendas')).toThrow('initialize()')
    expect(() => system.isolation).toThrow('initialize()')
  })

  it.each<[string, SystemConfig]>([
    ['connectionString', { connectionString: undefined, mode: 'development' }],
    ['connectionString', { connectionString: 'localhost:5432', mode: 'development' }],
    ['features.isolation', { ...DEVELOPMENT_CONFIG, features: { isolation: false } }],
    ['secret', { connectionString: 'postgres://localhost/x', secret: 'short' }],
  ])('refuses a configuration with a wrong %s', (key, config) => {
    expect(() => createPlatformaDatabaseSystem(config)).toThrow(
      expect.objectContaining({
        code: 'PLT_CONFIG_INVALID',
        remedy: expect.any(String),
        details: { key },
      }),
    )
  })

  it('tells cause and remedy where the server is away, and may be initialized later', async () => {
    await using proxy = await startTcpProxy(database.server)
    await using system = makeSystem({ connectionString: proxy.url(database.connectionString) })
    await proxy.refuse()
    await expect(system.initialize()).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
      remedy: expect.any(String),
      cause: expect.any(Error),
    })
    await proxy.restore()
    await system.initialize()
    expect((await system.healthCheck()).overall).toBe('healthy')
  })
})

describe('a system', () => {
  it('has no managers but those of its packages', async () => {
    await using system = await startSystem()
    const { pool, migrations, cache, security, backup, partition } = system
    expect(pool).toBeInstanceOf(MultiPoolManager)
    expect(migrations).toBeInstanceOf(MigrationSystem)
    expect([cache, security, backup, partition]).toEqual(Array(4).fill(undefined))
  })

  it('works for tenants, for the system and across modules', async () => {
    await using system = await startSystem({ tenantContext: 'required' })
    const vendas = await system.createModule('vendas')
    const estoque = await system.createModule('estoque')
    for (const module of [vendas, estoque]) await module.createTable('itens', COLUMNS)
    const [one, other] = [randomUUID(), randomUUID()]
    await expect(vendas.insert('itens', [{ nome: 'x' }])).rejects.toMatchObject({
      code: 'PLT_TENANT_CONTEXT_REQUIRED',
    })
    await system.withContext({ tenantId: one }, () =>
      system.transaction(async (tx) => {
        await tx.module('vendas').insert('itens', [{ nome: 'a' }])
        await tx.module('estoque').insert('itens', [{ nome: 'a' }])
      }),
    )
    const seenBy = (tenantId: string) =>
      system.withContext({ tenantId }, () => system.module('vendas').count('itens'))
    expect([await seenBy(one), await seenBy(other)]).toEqual([1, 0])
    const total = await system.asSystem({ reason: 'a test' }, () => estoque.count('itens'))
    expect(total).toBe(1)
  })

  it('closes once, and for good', async () => {
    const system = await startSystem()
    await Promise.all([system.close(), system.close()])
    await system[Symbol.asyncDispose]()
    await expect(system.createModule('vendas')).rejects.toMatchObject({ code: 'PLT_CLOSED' })
    await expect(system.initialize()).rejects.toMatchObject({ code: 'PLT_CLOSED' })
  })

  it('warns of a misspelt key', async () => {
    await using system = await startSystem({ poolconfig: { max: 3 } } as SystemConfig)
    expect(system.warnings).toContainEqual(expect.stringContaining('`poolconfig`'))
  })
})

describe('a feature that is switched off', () => {
  it('leaves an ordinary table, and is told once', async () => {
    await using system = await startSystem()
    const module = await system.createModule('sem_particoes')
    const options = { partitioning: 'date' } as const
    await module.createTable('pedidos', COLUMNS, options)
    await module.createTable('pedidos', COLUMNS, options)
    expect(system.warnings.filter((text) => text.includes('partition'))).toHaveLength(1)
    const { rows } = await sql`
      select relkind::text as kind from pg_class
      where relname = 'pedidos' and relnamespace = 'module_sem_particoes'::regnamespace
    `.execute(system.admin.db)
    expect(rows).toEqual([{ kind: 'r' }])
  })

  it('leaves out audit and cache', async () => {
    await using system = await startSystem({ features: { security: false, caching: false } })
    const module = await system.createModule('sem_auditoria')
    await module.createTable('pedidos', COLUMNS, { enableAudit: true })
    expect(await module.select('pedidos', { cache: true, cacheTTL: 60 })).toEqual([])
    expect(await module.database.cacheQuery('chave', async () => 42)).toBe(42)
    expect(system.warnings.join()).toMatch(/"audit".*"cache"/)
  })
})

describe('a feature that is on without its package', () => {
  it('is refused by name where it is asked for', async () => {
    await using system = await startSystem({ features: { partitioning: true } })
    const module = await system.createModule('tudo')
    const refusal = (name: string) => ({
      code: 'PLT_PLUGIN_REQUIRED',
      message: expect.stringContaining(`@plataforma/${name}`),
    })
    await expect(
      module.createTable('pedidos', COLUMNS, { enableAudit: true }),
    ).rejects.toMatchObject(refusal('security'))
    await expect(
      module.createTable('pedidos', COLUMNS, { partitioning: 'date' }),
    ).rejects.toMatchObject(refusal('partition'))
    expect(await module.hasTable('pedidos')).toBe(false)
    await module.createTable('pedidos', COLUMNS)
    await expect(module.select('pedidos', { cache: true })).rejects.toMatchObject(refusal('cache'))
    await expect(module.database.cacheQuery('chave', async () => 42)).rejects.toMatchObject(
      refusal('cache'),
    )
  })
})

describe('healthCheck', () => {
  it('has a disabled Redis unless it is enabled', async () => {
    await using system = await startSystem()
    expect(await system.healthCheck()).toEqual({
      overall: 'healthy',
      components: {
        database: { status: 'healthy', latencyMs: expect.any(Number) },
        redis: { status: 'disabled' },
        pool: { status: 'healthy', latencyMs: expect.any(Number) },
      },
      metrics: expect.objectContaining({
        activeConnections: expect.any(Number),
        cacheHitRate: 0,
      }),
    })
  })

  it('is degraded by an enabled Redis that is away: the system starts all the same', async () => {
    const redisConfig = { url: 'redis://127.0.0.1:1', enabled: true }
    await using system = await startSystem({ redisConfig })
    expect(await system.healthCheck()).toMatchObject({
      overall: 'degraded',
      components: {
        database: { status: 'healthy' },
        redis: { status: 'unhealthy', message: expect.stringContaining('ECONNREFUSED') },
      },
    })
  })

  it.skipIf(!sharedRedis())('is healthy with a Redis that answers', async () => {
    await using system = await startSystem({
      redisConfig: { url: sharedRedis()?.url, enabled: true },
    })
    expect(await system.healthCheck()).toMatchObject({
      overall: 'healthy',
      components: { redis: { status: 'healthy', latencyMs: expect.any(Number) } },
    })
  })

  it('answers within a second when the servers hang', async () => {
    await using proxy = await startTcpProxy(database.server)
    await using system = await startSystem({
      connectionString: proxy.url(database.connectionString),
    })
    proxy.blackHole('toClient')
    const started = performance.now()
    expect(await system.healthCheck()).toMatchObject({
      overall: 'unhealthy',
      components: { database: { status: 'unhealthy', message: expect.any(String) } },
    })
    expect(performance.now() - started).toBeLessThan(1_000)
    await proxy.restore()
  })
})
