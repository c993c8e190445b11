import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { PlataformaDialect } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(() => database[Symbol.asyncDispose]())

it('a transaction that nobody ends is told with the stack of who began it; work is not', async () => {
  const told: string[] = []
  const published: object[] = []
  const listen = (leak: unknown) => published.push(leak as object)
  subscribe('plataforma:pool:leak', listen)
  await using pools = new MultiPoolManager({
    connectionString: database.connectionString,
    budget: 3,
    poolConfig: { leakDetectionMs: 50 },
    log: (_, message, data) => told.push(`${message}\n${data?.stack}`),
  })
  const dialect = new PlataformaDialect({ sessions: pools.sessionsOf('vendas') })
  const db = new Kysely<unknown>({ dialect })
  async function forgetfulHandler() {
    const trx = await db.startTransaction().execute()
    await sql`select 1`.execute(trx)
    return trx
  }
  const atWork = sql`select pg_sleep(0.4)`.execute(db)
  const trx = await forgetfulHandler()
  await expect.poll(() => told).toHaveLength(1)
  expect(told[0]).toContain('"vendas"')
  expect(told[0]).toContain('forgetfulHandler')
  expect(published).toEqual([
    {
      pools,
      login: 'app',
      module: 'vendas',
      heldMs: expect.any(Number),
      stack: expect.any(String),
    },
  ])
  await atWork
  await trx.rollback().execute()
  await sql`select 1`.execute(db)
  expect(told).toHaveLength(1)
  unsubscribe('plataforma:pool:leak', listen)
})
