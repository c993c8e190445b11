import { createDatabase } from '@plataforma/core'
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
