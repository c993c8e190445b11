import { createDatabase, PlataformaDialect } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'
import { pooling } from '../plugin/pooling.js'

let server: TestDatabase

beforeEach(async () => {
  server = await testDatabase()
})

afterEach(() => server[Symbol.asyncDispose]())

const TENANT = '0190a7c2-0000-7000-8000-00000000000a'

/** Runs five at once; each begins its second part when all have done their first. */
async function fiveAtOnce(run: (everybodyHasOne: () => Promise<void>) => Promise<unknown>) {
  const all = Promise.withResolvers<void>()
  let begun = 0
  const everybodyHasOne = () => {
    begun += 1
    if (begun === 5) all.resolve()
    return all.promise
  }
  const since = performance.now()
  let refusedAfterMs = Number.POSITIVE_INFINITY
  const results = await Promise.all(
    Array.from({ length: 5 }, async () => {
      try {
        await run(everybodyHasOne)
        return 'done'
      } catch (error) {
        refusedAfterMs = performance.now() - since
        return (error as { code: string }).code
      }
    }),
  )
  return { results: results.sort(), refusedAfterMs }
}

const ONE_REFUSED = ['PLT_POOL_DEADLOCK', 'done', 'done', 'done', 'done']

it('five transactions of Kysely that each ask the pool for another of its five', async () => {
  await using pools = new MultiPoolManager({
    connectionString: server.connectionString,
    poolConfig: { max: 5 },
    budget: 10,
  })
  const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions: pools.sessions }) })
  const { results, refusedAfterMs } = await fiveAtOnce((everybodyHasOne) =>
    db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx)
      await everybodyHasOne()
      await sql`select 1`.execute(db)
    }),
  )
  expect(results).toEqual(ONE_REFUSED)
  expect(refusedAfterMs).toBeLessThan(5_000)
  await expect(sql`select 1`.execute(db)).resolves.toBeDefined()
  await db.destroy()
})

it('transactions of modules that each need the administrator get on, whatever the budget', async () => {
  await using database = createDatabase({
    connectionString: server.connectionString,
    secret: 'a secret for tests only',
    plugins: [pooling({ budget: 3, poolConfig: { max: 5 } })],
  })
  await database.initialize()
  const vendas = await database.createModule('vendas')
  await vendas.createTable('itens', [
    { name: 'id', type: 'UUID', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
  ])
  await database.withContext({ tenantId: TENANT }, async () => {
    const work = () =>
      vendas.transaction(async (tx) => {
        await tx.insert('itens', [{}])
        await database.admin.script('select 1')
      })
    await Promise.all(Array.from({ length: 20 }, work))
    expect(await vendas.count('itens')).toBe(20)
  })
})
