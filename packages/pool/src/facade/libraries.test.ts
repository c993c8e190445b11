import { setTimeout as delay } from 'node:timers/promises'
import { PlataformaDialect } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import { PgBoss } from 'pg-boss'
import Cursor from 'pg-cursor'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Pool } from './pool.js'
import type { PoolConfig } from './pool-config.js'

interface Tables {
  pet: { id: number; name: string }
}

let database: TestDatabase
let setUp: Pool
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  database = await testDatabase()
  setUp = new Pool({ connectionString: database.connectionString })
  await setUp.query('create table pet (id int primary key, name text not null unique)')
})

afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await setUp.query('truncate pet')
})

afterAll(async () => {
  await setUp.end()
  await database.drop()
})

function open(config: PoolConfig = {}): Pool {
  return new Pool({ connectionString: database.connectionString, ...config })
}

describe('Kysely’s own PostgresDialect', () => {
  function kysely(config?: PoolConfig) {
    const pool = open(config)
    const created: unknown[] = []
    const db = new Kysely<Tables>({
      dialect: new PostgresDialect({
        pool,
        cursor: Cursor,
        onCreateConnection: async (connection) => {
          created.push(connection)
          await connection.executeQuery(CompiledQuery.raw("set lock_timeout = '4s'"))
        },
      }),
    })
    ends.push(() => db.destroy())
    return { pool, db, created }
  }

  it('reads and writes', async () => {
    const { db } = kysely()
    await db
      .insertInto('pet')
      .values([
        { id: 1, name: 'Rex' },
        { id: 2, name: 'Mia' },
      ])
      .execute()
    const updated = await db
      .updateTable('pet')
      .set({ name: 'Bob' })
      .where('id', '=', 1)
      .executeTakeFirst()
    expect(updated.numUpdatedRows).toBe(1n)
    await db.deleteFrom('pet').where('id', '=', 2).execute()
    expect(await db.selectFrom('pet').selectAll().execute()).toEqual([{ id: 1, name: 'Bob' }])
  })

  it('commits and rolls back, fifty at once on four clients', async () => {
    const { db, pool } = kysely({ max: 4 })
    const results = await Promise.allSettled(
      Array.from({ length: 50 }, (_, id) =>
        db.transaction().execute(async (trx) => {
          await trx
            .insertInto('pet')
            .values({ id, name: `pet ${id}` })
            .execute()
          if (id % 2 === 1) throw new Error('odd')
        }),
      ),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(25)
    expect(await db.selectFrom('pet').select('id').execute()).toHaveLength(25)
    expect(pool.totalCount).toBeLessThanOrEqual(4)
    // The last connection may have been asked for and come when all was done.
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0)
  })

  it('keeps a client through errors, and prepares it once', async () => {
    const { db, pool, created } = kysely({ max: 1 })
    await db.insertInto('pet').values({ id: 1, name: 'Rex' }).execute()
    for (let round = 0; round < 3; round += 1) {
      const again = db.insertInto('pet').values({ id: 1, name: 'Rex' }).execute()
      await expect(again).rejects.toMatchObject({ code: '23505' })
    }
    const { rows } = await sql<{
      limit: string
    }>`select current_setting('lock_timeout') as limit`.execute(db)
    expect(rows).toEqual([{ limit: '4s' }])
    expect(created).toHaveLength(1)
    expect(pool.totalCount).toBe(1)
  })

  it('streams, to the end or not', async () => {
    const { db, pool } = kysely({ max: 1 })
    const series = sql<{ n: number }>`select generate_series(1, 250) as n`.$castTo<{ n: number }>()
    const numbers = db.selectNoFrom(sql<number>`generate_series(1, 250)`.as('n'))
    let sum = 0
    for await (const { n } of numbers.stream(100)) sum += n
    expect(sum).toBe((250 * 251) / 2)
    for await (const { n } of numbers.stream(10)) if (n === 15) break
    expect((await series.execute(db)).rows).toHaveLength(250)
    expect(pool.totalCount).toBe(1)
  })

  it('cancels on the server by the pool’s own address', async () => {
    const { db } = kysely({ max: 1 })
    const controller = new AbortController()
    const sleeping = sql`select pg_sleep(30)`.execute(db, {
      signal: controller.signal,
      inflightQueryAbortStrategy: 'cancel query',
    })
    const failed = expect(sleeping).rejects.toThrow()
    await delay(100)
    controller.abort()
    await failed
    await expect
      .poll(async () => {
        const { rows } = await setUp.query(
          "select count(*)::int as n from pg_stat_activity where datname = current_database() and query like 'select pg_sleep(30)%' and state = 'active'",
        )
        return rows[0].n
      })
      .toBe(0)
    expect((await sql<{ n: number }>`select 1 as n`.execute(db)).rows).toEqual([{ n: 1 }])
  })
})

describe('PlataformaDialect', () => {
  it('works on the pool', async () => {
    const db = new Kysely<Tables>({ dialect: new PlataformaDialect({ pool: open({ max: 2 }) }) })
    ends.push(() => db.destroy())
    await db.transaction().execute(async (trx) => {
      await trx.insertInto('pet').values({ id: 1, name: 'Rex' }).execute()
    })
    const again = db.insertInto('pet').values({ id: 1, name: 'Rex' }).execute()
    await expect(again).rejects.toMatchObject({ code: '23505' })
    const ids: number[] = []
    for await (const { id } of db.selectFrom('pet').select('id').stream()) ids.push(id)
    expect(ids).toEqual([1])
  })
})

describe('pg-boss', () => {
  it('sends, works and completes', async () => {
    const pool = open({ max: 3 })
    const boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values) } })
    ends.push(
      () => boss.stop({ graceful: false }),
      () => pool.end(),
    )
    await boss.start()
    await boss.createQueue('mail')
    const id = await boss.send('mail', { to: 'ana' })
    const worked = Promise.withResolvers<unknown>()
    await boss.work<{ to: string }>('mail', { pollingIntervalSeconds: 0.5 }, async ([job]) => {
      worked.resolve(job?.data)
      return { sent: true }
    })
    expect(await worked.promise).toEqual({ to: 'ana' })
    await expect
      .poll(async () => (await boss.getJobById('mail', id ?? ''))?.state)
      .toBe('completed')
    expect(pool.totalCount).toBeLessThanOrEqual(3)
  })
})
