import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PlataformaDialect } from './plataforma-dialect.js'

interface Tables {
  pet: { id: number; name: string; weight: string | null }
}

let database: TestDatabase
let pool: pg.Pool
let db: Kysely<Tables>
const logged: string[] = []

beforeAll(async () => {
  database = await testDatabase()
  pool = new pg.Pool({ connectionString: database.connectionString, max: 2 })
  db = new Kysely<Tables>({
    dialect: new PlataformaDialect({ pool }),
    log: (event) => {
      logged.push(event.query.sql)
    },
  })
  await sql`create table pet (id int primary key, name text not null unique, weight numeric)`.execute(
    db,
  )
})

beforeEach(async () => {
  await db.deleteFrom('pet').execute()
  await db
    .insertInto('pet')
    .values([1, 2, 3, 4, 5].map((id) => ({ id, name: `pet ${id}`, weight: null })))
    .execute()
})

afterAll(async () => {
  await db.destroy()
  await database.drop()
})

async function preparedNames(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from pg_prepared_statements where name like 'plt_%'`.execute(db)
  return rows[0]?.n ?? 0
}

describe('plain handle', () => {
  it('selects, inserts, updates and deletes with the counts that Kysely reports', async () => {
    const updated = await db
      .updateTable('pet')
      .set({ weight: '1.50' })
      .where('id', '<', 3)
      .executeTakeFirst()
    expect(updated.numUpdatedRows).toBe(2n)
    const rows = await db.selectFrom('pet').selectAll().where('id', '<=', 3).orderBy('id').execute()
    expect(rows).toEqual([
      { id: 1, name: 'pet 1', weight: '1.50' },
      { id: 2, name: 'pet 2', weight: '1.50' },
      { id: 3, name: 'pet 3', weight: null },
    ])
    const deleted = await db.deleteFrom('pet').where('id', '=', 1).returning('name').execute()
    expect(deleted).toEqual([{ name: 'pet 1' }])
  })

  it('runs a script of several statements, also inside a transaction', async () => {
    await sql
      .raw(`create temp table once (n int); insert into once values (1); drop table once`)
      .execute(db)
    await db.transaction().execute(async (trx) => {
      await sql.raw(`delete from pet where id = 1; delete from pet where id = 2`).execute(trx)
    })
    expect(await db.selectFrom('pet').select('id').execute()).toHaveLength(3)
    expect((await sql.raw(`select ';' as a`).execute(db)).rows).toEqual([{ a: ';' }])
  })

  it('names a statement at its second use and keeps its result right', async () => {
    await db.connection().execute(async (one) => {
      for (let turn = 0; turn < 4; turn++) {
        const row = await one.selectFrom('pet').selectAll().where('id', '=', 2).executeTakeFirst()
        expect(row).toEqual({ id: 2, name: 'pet 2', weight: null })
      }
      const { rows } = await sql<{ n: number }>`
        select count(*)::int as n from pg_prepared_statements where statement like '%"id" = $1'`.execute(
        one,
      )
      expect(rows[0]?.n).toBe(1)
    })
  })

  it('survives a changed result type of a named statement', async () => {
    const all = () => sql<Record<string, unknown>>`select * from pet where id = 1`.execute(db)
    for (let turn = 0; turn < 6; turn++) await all()
    await sql`alter table pet add column extra int default 7`.execute(db)
    try {
      for (let turn = 0; turn < 4; turn++) expect((await all()).rows[0]).toHaveProperty('extra', 7)
    } finally {
      await sql`alter table pet drop column extra`.execute(db)
    }
    expect((await all()).rows[0]).not.toHaveProperty('extra')
  })

  it('keeps the connection after an SQL error and counts what was prepared', async () => {
    const pids = new Set<number>()
    for (let turn = 0; turn < 5; turn++) {
      await expect(
        db.insertInto('pet').values({ id: 1, name: 'x', weight: null }).execute(),
      ).rejects.toMatchObject({ code: '23505', constraint: 'pet_pkey' })
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
      pids.add(rows[0]?.pid ?? 0)
    }
    expect(pids.size).toBe(1)
    expect(await preparedNames()).toBeGreaterThan(0)
  })

  it('commits, rolls back and reports an aborted transaction as Kysely does', async () => {
    await db.transaction().execute((trx) => trx.deleteFrom('pet').where('id', '=', 1).execute())
    await expect(
      db.transaction().execute(async (trx) => {
        await trx.deleteFrom('pet').where('id', '=', 2).execute()
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    await expect(
      db.transaction().execute(async (trx) => {
        await trx
          .insertInto('pet')
          .values({ id: 2, name: 'y', weight: null })
          .execute()
          .catch(() => {})
      }),
    ).rejects.toMatchObject({ name: 'AbortedTransactionError' })
    const { rows } = await sql<{
      ids: number[]
    }>`select array_agg(id order by id) as ids from pet`.execute(db)
    expect(rows[0]?.ids).toEqual([2, 3, 4, 5])
  })

  it('has isolation levels, controlled transactions and savepoints', async () => {
    await db
      .transaction()
      .setIsolationLevel('serializable')
      .setAccessMode('read only')
      .execute(async (trx) => {
        const { rows } = await sql`show transaction_isolation`.execute(trx)
        expect(rows).toEqual([{ transaction_isolation: 'serializable' }])
        await expect(trx.deleteFrom('pet').execute()).rejects.toMatchObject({ code: '25006' })
      })
      .catch((error: Error) => expect(error.name).toBe('AbortedTransactionError'))
    const trx = await db.startTransaction().execute()
    await trx.deleteFrom('pet').where('id', '=', 1).execute()
    const saved = await trx.savepoint('a').execute()
    await saved.deleteFrom('pet').execute()
    await saved.rollbackToSavepoint('a').execute()
    await trx.commit().execute()
    expect(await db.selectFrom('pet').select('id').orderBy('id').execute()).toHaveLength(4)
  })

  it('logs control commands as Kysely does', async () => {
    logged.length = 0
    await db.transaction().execute((trx) => trx.selectFrom('pet').select('id').execute())
    expect(logged).toEqual(['begin', 'select "id" from "pet"', 'commit'])
  })

  it('streams in portions and frees the connection when the reader leaves early', async () => {
    const seen: number[] = []
    for await (const row of db.selectFrom('pet').select('id').orderBy('id').stream(2))
      seen.push(row.id)
    expect(seen).toEqual([1, 2, 3, 4, 5])
    for (let turn = 0; turn < 5; turn++) {
      for await (const _ of db.selectFrom('pet').select('id').stream(1)) break
    }
    await db.transaction().execute(async (trx) => {
      const ids: number[] = []
      for await (const row of trx.selectFrom('pet').select('id').orderBy('id').stream(2))
        ids.push(row.id)
      expect(ids).toHaveLength(5)
      expect(await trx.selectFrom('pet').select('id').execute()).toHaveLength(5)
    })
    expect(pool.waitingCount).toBe(0)
    expect(pool.totalCount - pool.idleCount).toBe(0)
  })

  it('cancels on the server when Kysely is asked to', async () => {
    const started = performance.now()
    await expect(
      sql`select pg_sleep(20)`.execute(db, {
        signal: AbortSignal.timeout(100),
        inflightQueryAbortStrategy: 'cancel query',
      }),
    ).rejects.toMatchObject({ name: 'TimeoutError' })
    await Promise.all([1, 2].map(() => sql`select 1`.execute(db)))
    expect(performance.now() - started).toBeLessThan(3_000)
  })

  it('kills a session without taking the process with it', async () => {
    await expect(
      sql`select pg_sleep(20)`.execute(db, {
        signal: AbortSignal.timeout(100),
        inflightQueryAbortStrategy: 'kill session',
      }),
    ).rejects.toMatchObject({ name: 'TimeoutError' })
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  })

  it('outlives a backend that is terminated between and during statements', async () => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    const killer = new pg.Client(database.superuser.connectionString)
    await killer.connect()
    await killer.query('select pg_terminate_backend($1)', [rows[0]?.pid])
    // A call that takes the dead connection before its end was read fails; the next one does not.
    await expect
      .poll(() =>
        sql`select 1`.execute(db).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
    const sleeping = sql`select pg_sleep(20), 'victim'`.execute(db).then(
      () => undefined,
      (error: unknown) => error,
    )
    await expect
      .poll(async () => {
        const { rowCount } = await killer.query(
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like '%victim%' and pid <> pg_backend_pid() and state = 'active'`,
        )
        return rowCount
      })
      .toBe(1)
    expect(await sleeping).toMatchObject({ code: '57P01' })
    await killer.end()
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  })

  it('introspects', async () => {
    const tables = await db.introspection.getTables()
    expect(tables.map((table) => table.name)).toContain('pet')
  })
})
