import { setImmediate } from 'node:timers/promises'
import { PlataformaDialect, PlataformaError } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { CamelCasePlugin, CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { MigrationDatabase } from '../../migration/migration.js'
import { runCode } from './run-code.js'

let server: TestDatabase
let pool: pg.Pool

beforeEach(async () => {
  server = await testDatabase()
  pool = new pg.Pool({ connectionString: server.connectionString, max: 2 })
  await pool.query('create table itens (id int primary key, nome_completo text)')
})

afterEach(async () => {
  await pool.end()
  await server[Symbol.asyncDispose]()
})

const DIALECTS = [
  ['on the dialect of Kysely', () => new PostgresDialect({ pool })],
  ['on the dialect of Plataforma', () => new PlataformaDialect({ pool })],
] as const

/** What the engine does: a held session, BEGIN, the code, COMMIT or ROLLBACK. */
async function migrate(
  dialect: () => PostgresDialect | PlataformaDialect,
  code: (db: MigrationDatabase) => unknown,
  signal?: AbortSignal,
): Promise<void> {
  const db = new Kysely<unknown>({ dialect: dialect() })
  await db.connection().execute(async (session) => {
    await sql`begin`.execute(session)
    try {
      await runCode(session, code, { signal })
      await sql`commit`.execute(session)
    } catch (error) {
      await sql`rollback`.execute(session)
      throw error
    }
  })
}

async function ids(): Promise<number[]> {
  const { rows } = await pool.query<{ id: number }>('select id from itens order by id')
  return rows.map(({ id }) => id)
}

const one = (id: number) => ({ id, nome_completo: `item ${id}` })

describe.each(DIALECTS)('%s', (_name, dialect) => {
  const fails = (code: (db: MigrationDatabase) => unknown) => expect(migrate(dialect, code)).rejects

  it('has builders, raw SQL, schema, introspection and plugins, in the transaction', async () => {
    await migrate(dialect, async (db) => {
      await db.schema
        .createTable('novos')
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('preco_total', 'numeric')
        .execute()
      await db
        .insertInto('itens')
        .values([one(1), one(2)])
        .execute()
      const { numAffectedRows } = await sql`update itens set nome_completo = ${'x'}`.execute(db)
      expect(numAffectedRows).toBe(2n)
      const tables = await db.introspection.getTables()
      expect(tables.map(({ name }) => name)).toContain('novos')
      const camel = db.withPlugin(new CamelCasePlugin())
      expect(await camel.selectFrom('itens').select('nomeCompleto').execute()).toEqual([
        { nomeCompleto: 'x' },
        { nomeCompleto: 'x' },
      ])
      const schema = db.withSchema('public')
      expect(await schema.selectFrom('itens').select('id').where('id', '=', 2).execute()).toEqual([
        { id: 2 },
      ])
      const { rows } = await pool.query(`select to_regclass('novos') as seen`)
      expect(rows).toEqual([{ seen: null }])
    })
    expect(await ids()).toEqual([1, 2])
  })

  it('does not pass what it sends through the plugins of the handle that it stands on', async () => {
    const db = new Kysely<unknown>({ dialect: dialect(), plugins: [new CamelCasePlugin()] })
    await db.connection().execute(async (session) => {
      await sql`begin`.execute(session)
      await runCode(session, async (handle) => {
        await handle.insertInto('itens').values(one(1)).execute()
        const rows = await handle.selectFrom('itens').select('nome_completo').execute()
        expect(rows).toEqual([{ nome_completo: 'item 1' }])
      })
      await sql`rollback`.execute(session)
    })
  })

  it('takes transactions for savepoints, nested ones too', async () => {
    await migrate(dialect, async (db) => {
      await db.transaction().execute(async (trx) => {
        await trx.insertInto('itens').values(one(1)).execute()
        const inner = db.transaction().execute(async (nested) => {
          await nested.insertInto('itens').values(one(2)).execute()
          // Of the outer one, in the callback of the inner one: it belongs there.
          await trx.insertInto('itens').values(one(3)).execute()
          await nested.insertInto('itens').values(one(1)).execute()
        })
        await expect(inner).rejects.toMatchObject({ code: '23505' })
        await db.insertInto('itens').values(one(4)).execute()
      })
      const trx = await db.startTransaction().execute()
      await trx.insertInto('itens').values(one(5)).execute()
      const later = await trx.savepoint('Mais "tarde"').execute()
      await later.insertInto('itens').values(one(6)).execute()
      await later.rollbackToSavepoint('Mais "tarde"').execute()
      await later.releaseSavepoint('Mais "tarde"').execute()
      await trx.commit().execute()
      const undone = await db.startTransaction().execute()
      await undone.insertInto('itens').values(one(7)).execute()
      await undone.rollback().execute()
      await expect(
        db.transaction().execute(async (failing) => {
          await failing.insertInto('itens').values(one(8)).execute()
          throw new Error('of the code')
        }),
      ).rejects.toThrow('of the code')
      await db.connection().execute(async (same) => {
        await same.insertInto('itens').values(one(9)).execute()
        await same
          .transaction()
          .execute((inside) => inside.insertInto('itens').values(one(10)).execute())
      })
    })
    expect(await ids()).toEqual([1, 4, 5, 9, 10])
  })

  it('is not closed by destroy()', async () => {
    await migrate(dialect, async (db) => {
      await db.insertInto('itens').values(one(1)).execute()
      await db.destroy()
      await db.insertInto('itens').values(one(2)).execute()
      await db[Symbol.asyncDispose]()
      await db.insertInto('itens').values(one(3)).execute()
    })
    expect(await ids()).toEqual([1, 2, 3])
  })

  it('fails with a query that was not awaited, after it has ended', async () => {
    let ended = false
    await fails((db) => {
      const query = sql`select pg_sleep(0.2)`.execute(db)
      void query.then(() => {
        ended = true
      })
    }).toMatchObject({
      code: 'PLT_MIGRATION_NOT_AWAITED',
      message:
        'The code returned while a query was not awaited, or a stream not read to its end: select pg_sleep(0.2)',
    })
    expect(ended).toBe(true)
  })

  it('tells what failed without being awaited, and the process lives', async () => {
    await fails((db) => {
      void db.insertInto('itens').values({ id: 'x' }).execute()
      void db.insertInto('itens').values(one(2)).execute()
    }).toMatchObject({ code: 'PLT_MIGRATION_NOT_AWAITED', cause: { code: '22P02' } })
    await setImmediate()
    expect(await ids()).toEqual([])
  })

  it('waits for the others where one of several queries fails', async () => {
    await fails((db) =>
      Promise.all([
        db.insertInto('itens').values({ id: 'x' }).execute(),
        sql`select pg_sleep(0.1)`.execute(db),
        db.insertInto('itens').values(one(3)).execute(),
      ]),
    ).toMatchObject({ code: '22P02' })
    expect(await ids()).toEqual([])
  })

  it('fails with a transaction or a stream that was left open', async () => {
    await fails(async (db) => {
      const trx = await db.startTransaction().execute()
      await trx.insertInto('itens').values(one(1)).execute()
    }).toMatchObject({
      code: 'PLT_MIGRATION_NOT_AWAITED',
      message: expect.stringContaining('a transaction was not ended: insert into "itens"'),
    })
    await fails(async (db) => {
      await sql`insert into itens select n, '' from generate_series(1, 9) n`.execute(db)
      await db.selectFrom('itens').selectAll().stream(2)[Symbol.asyncIterator]().next()
    }).toMatchObject({ code: 'PLT_MIGRATION_NOT_AWAITED' })
    await fails((db) => {
      void db.transaction().execute((trx) => trx.insertInto('itens').values(one(1)).execute())
    }).toMatchObject({ code: 'PLT_MIGRATION_NOT_AWAITED' })
    expect(await ids()).toEqual([])
  })

  it('refuses use afterwards', async () => {
    let kept: MigrationDatabase | undefined
    await migrate(dialect, async (db) => {
      kept = db
      await db.insertInto('itens').values(one(1)).execute()
    })
    const closed = { code: 'PLT_TRANSACTION_CLOSED' }
    await expect(kept?.selectFrom('itens').selectAll().execute()).rejects.toMatchObject(closed)
    await expect(kept?.transaction().execute(async () => {})).rejects.toMatchObject(closed)
    await expect(
      (async () => {
        for await (const _ of kept?.selectFrom('itens').selectAll().stream() ?? []);
      })(),
    ).rejects.toMatchObject(closed)
  })

  it('streams by a cursor while other queries run', async () => {
    await migrate(dialect, async (db) => {
      await sql`insert into itens select n, 'x' from generate_series(1, 250) n`.execute(db)
      let read = 0
      const rows = db.selectFrom('itens').select('id').where('id', '>', 50).orderBy('id')
      for await (const { id } of rows.stream(40)) {
        read += 1
        if (read % 50 === 0) {
          await db.updateTable('itens').set({ nome_completo: 'y' }).where('id', '=', id).execute()
        }
      }
      expect(read).toBe(200)
      for await (const { id } of rows.stream(7)) if (id === 60) break
      const returned = []
      const query = db.deleteFrom('itens').where('id', '>', 245).returning('id')
      for await (const { id } of query.stream(2)) returned.push(id)
      expect(returned).toHaveLength(5)
      const { rows: cursors } = await sql`
        select name from pg_cursors where name like 'plataforma%'`.execute(db)
      expect(cursors).toEqual([])
      const { rows: changed } = await sql`select 1 from itens where nome_completo = 'y'`.execute(db)
      expect(changed).toHaveLength(3)
    })
  })

  it.each([
    ['commit', /begin or end transactions/],
    ['/* x */ RollBack', /begin or end transactions/],
    ['select 1; commit', /begin or end transactions/],
    ['begin', /begin or end transactions/],
    ['start transaction', /begin or end transactions/],
    ['savepoint a', /savepoints/],
    ['prepare transaction $$x$$', /begin or end transactions/],
    ['set role postgres', /change the role/],
    ['set local role none', /change the role/],
    ['reset role', /change the role/],
    ["select set_config('role', 'postgres', true)", /change the role/],
    ["select set_config('session_authorization', 'postgres', true)", /change the role/],
    ['set session authorization default', /change the role/],
    ['reset session authorization', /change the role/],
    ['reset all', /reset its session/],
    ['discard all', /reset its session/],
  ])('refuses %s', async (text, why) => {
    await fails((db) => sql.raw(text).execute(db)).toMatchObject({
      code: 'PLT_STATEMENT_NOT_ALLOWED',
      message: expect.stringMatching(why),
    })
    await fails((db) => db.executeQuery(CompiledQuery.raw(text))).toBeInstanceOf(PlataformaError)
  })

  it('takes texts that only look like those', async () => {
    await migrate(dialect, async (db) => {
      await sql`select 'commit' as "end", case when true then 1 end`.execute(db)
      await sql`set local work_mem = '8MB'; do $$ begin perform 1; end $$`.execute(db)
      await db.insertInto('itens').values({ id: 1, nome_completo: 'commit' }).execute()
    })
    expect(await ids()).toEqual([1])
  })

  it('fails where a query failed and the code went on', async () => {
    await fails(async (db) => {
      await db
        .insertInto('itens')
        .values({ id: 'x' })
        .execute()
        .catch(() => {})
    }).toMatchObject({
      code: 'PLT_TRANSACTION_ABORTED',
      message: expect.stringContaining('invalid input syntax for type integer'),
    })
  })

  it('does not lose work of one transaction with another one beside it', async () => {
    const violation = {
      code: 'PLT_MIGRATION_FAILED',
      message: expect.stringContaining('side by side'),
    }
    // The second one stands on the first one, which may not end before it.
    await fails((db) =>
      Promise.allSettled(
        [1, 2].map((id) =>
          db.transaction().execute(async (trx) => {
            await trx.insertInto('itens').values(one(id)).execute()
            await trx
              .insertInto('itens')
              .values(one(id + 10))
              .execute()
          }),
        ),
      ),
    ).toMatchObject(violation)
    // What is done beside a transaction would be undone with it.
    await fails(async (db) => {
      const trx = await db.startTransaction().execute()
      await db.insertInto('itens').values(one(1)).execute()
      await trx.rollback().execute()
    }).toMatchObject(violation)
    await fails(async (db) => {
      const outer = await db.startTransaction().execute()
      const inner = await db.startTransaction().execute()
      await inner.insertInto('itens').values(one(1)).execute()
      await inner.commit().execute()
      await outer.rollback().execute()
    }).toMatchObject(violation)
    // No work, nothing to lose.
    await migrate(dialect, async (db) => {
      const trx = await db.startTransaction().execute()
      await db.selectFrom('itens').selectAll().execute()
      await trx.rollback().execute()
    })
    expect(await ids()).toEqual([])
  })

  it('refuses settings that a savepoint cannot have', async () => {
    await fails((db) =>
      db
        .transaction()
        .setIsolationLevel('serializable')
        .execute(async () => {}),
    ).toMatchObject({ code: 'PLT_OPTION_INVALID' })
  })

  it('sends nothing more once it was aborted', async () => {
    const aborted = new AbortController()
    const reason = new Error('enough')
    await expect(
      migrate(
        dialect,
        async (db) => {
          await db.insertInto('itens').values(one(1)).execute()
          aborted.abort(reason)
          await db.insertInto('itens').values(one(2)).execute()
        },
        aborted.signal,
      ),
    ).rejects.toBe(reason)
    expect(await ids()).toEqual([])
  })
})
