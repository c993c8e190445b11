import { createDatabase, pluginConformance } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pooling } from './pooling.js'

const TENANT = '0190a7c2-0000-7000-8000-00000000000a'
let server: TestDatabase

beforeEach(async () => {
  server = await testDatabase()
})

afterEach(() => server[Symbol.asyncDispose]())

describe.each(['shared', 'dedicated'] as const)('with logins of grade %s', (login) => {
  it('modules work out of one budget and show their figures', async () => {
    const database = createDatabase({
      connectionString: server.connectionString,
      secret: 'a secret for tests only',
      isolation: { login },
      plugins: [pooling({ budget: 6, poolConfig: { max: 4 } })],
    })
    await database.initialize()
    const vendas = await database.createModule('vendas')
    const estoque = await database.createModule('estoque')
    for (const module of [vendas, estoque]) {
      await module.createTable('itens', [
        { name: 'id', type: 'UUID', primaryKey: true },
        { name: 'organization_id', type: 'UUID', nullable: false },
        { name: 'nome', type: 'TEXT' },
      ])
    }
    await database.withContext({ tenantId: TENANT }, async () => {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          (index % 2 ? vendas : estoque).insert('itens', [{ nome: `n${index}` }]),
        ),
      )
      expect(await vendas.count('itens')).toBe(50)
      await database.pool.getModulePool('vendas')?.reconfigure({ max: 2 })
      await Promise.all(Array.from({ length: 20 }, () => vendas.select('itens')))
    })
    const metrics = database.pool.getAllMetrics()
    expect(metrics.vendas).toMatchObject({ totalQueries: 71, waitingClients: 0, max: 2 })
    expect(metrics.vendas?.avgQueryTime).toBeGreaterThan(0)
    expect(await backends()).toBeLessThanOrEqual(6)
    await database.close()
  })
})

describe('the plugin', () => {
  const checks = pluginConformance({
    createPlugin: () => pooling({ budget: 3 }),
    createDatabase: (plugins) =>
      createDatabase({
        connectionString: server.connectionString,
        mode: 'development',
        plugins: [...plugins],
      }),
  })
  for (const check of checks) it(check.name, () => check.run())

  it('says at initialize() and in its health that logins must take turns', async () => {
    const warnings: { message: string; remedy: unknown }[] = []
    const open = async () => {
      const database = createDatabase({
        connectionString: server.connectionString,
        mode: 'development',
        isolation: { login: 'dedicated' },
        plugins: [pooling({ budget: 4 })],
        log(level, message, data) {
          if (level === 'warn' && message.includes('take turns')) {
            warnings.push({ message, remedy: data?.remedy })
          }
        },
      })
      await database.initialize()
      return database
    }
    const first = await open()
    expect(warnings).toEqual([])
    for (const name of ['a', 'b', 'c', 'd', 'e']) await first.createModule(name)
    await first.close()
    expect(warnings).toHaveLength(1)
    const second = await open()
    expect(warnings).toHaveLength(2)
    expect(warnings[1]?.message).toMatch(/need 6 logins.* 4 connections/)
    expect(warnings[1]?.remedy).toContain('max_connections')
    expect(second.pool.getModulePool('e')?.getMetrics().totalQueries).toBe(0)
    expect(second.pool.getModulePool('f')).toBeUndefined()
    await second.close()
  })

  it('shows saturation in health, and its figures', async () => {
    const database = createDatabase({
      connectionString: server.connectionString,
      mode: 'development',
      plugins: [pooling({ budget: 6, modules: { vendas: { max: 1 } } })],
    })
    await database.initialize()
    const vendas = await database.createModule('vendas')
    const held = Promise.withResolvers<void>()
    const holder = vendas.transaction(async (tx) => {
      await tx.query('select 1')
      await held.promise
    })
    const pool = database.pool.getModulePool('vendas')
    await expect.poll(() => pool?.getMetrics().activeConnections).toBe(1)
    const waiter = vendas.query('select 1')
    await expect.poll(() => pool?.getMetrics().longestWaitMs).toBeGreaterThan(100)
    const { overall, components, metrics } = await database.healthCheck()
    expect(overall).toBe('degraded')
    expect(components.pool).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('vendas (1)'),
    })
    expect(metrics).toMatchObject({
      activeConnections: 1,
      waitingClients: 1,
      connectionBudget: 6,
    })
    held.resolve()
    await Promise.all([holder, waiter])
    expect((await database.healthCheck()).overall).toBe('healthy')
    await database.close()
  })
})

async function backends(): Promise<number> {
  const client = new pg.Client(server.connectionString)
  await client.connect()
  const { rows } = await client.query<{ count: string }>(
    `select count(*) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await client.end()
  return Number(rows[0]?.count)
}
