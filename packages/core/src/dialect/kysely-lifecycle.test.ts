import { setTimeout as delay } from 'node:timers/promises'
import { type AbortableQueryOptions, CompiledQuery, type DatabaseConnection, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Db, outcomeOf, Parity, type Side } from './parity.fixture.js'

let parity: Parity

beforeAll(async () => {
  parity = await Parity.start()
  // Kysely tells there of what goes on after an abort.
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

beforeEach(() => parity.reset())
afterAll(() => parity[Symbol.asyncDispose]())

/** Runs it on both sides, and expects the same. */
async function same(sides: readonly [Side, Side], run: (side: Side) => unknown): Promise<unknown> {
  const [theirs, ours] = [
    await outcomeOf(() => run(sides[0])),
    await outcomeOf(() => run(sides[1])),
  ]
  expect(ours).toEqual(theirs)
  return ours
}

describe('migrations', () => {
  const migrations = (broken = false): Record<string, Migration> => ({
    '1_create': {
      up: async (db) => db.schema.createTable('gift').addColumn('id', 'integer').execute(),
      down: async (db) => db.schema.dropTable('gift').execute(),
    },
    '2_fill': {
      up: async (db) => {
        await db.insertInto('gift').values({ id: 1 }).execute()
        if (broken) await sql`nonsense`.execute(db)
      },
      down: async (db) => {
        await db.deleteFrom('gift').execute()
      },
    },
  })

  const migrator = (db: Db, broken = false) =>
    new Migrator({ db, provider: { getMigrations: async () => migrations(broken) } })

  const names = (results: readonly { migrationName: string; status: string }[] | undefined) =>
    results?.map(({ migrationName, status }) => `${migrationName} ${status}`)

  it('go up, down, and up again', async () => {
    await same(parity.sides(), async ({ db }) => {
      const up = await migrator(db).migrateToLatest()
      const again = await migrator(db).migrateToLatest()
      const known = await migrator(db).getMigrations()
      const rows = await sql`select * from gift`.execute(db)
      const down = await migrator(db).migrateDown()
      const none = await migrator(db).migrateTo({ __noMigrations__: true } as never)
      return [
        [up, again, down, none].map(({ error, results }) => [error, names(results)]),
        known.map(({ name, executedAt }) => [name, executedAt instanceof Date]),
        rows,
      ]
    })
  })

  it('that fail leave nothing, and work later', async () => {
    const outcome = await same(parity.sides(), async ({ db }) => {
      const { error, results } = await migrator(db, true).migrateToLatest()
      const table = await sql`select to_regclass('gift') as gift`.execute(db)
      const later = await migrator(db).migrateToLatest()
      await migrator(db).migrateTo({ __noMigrations__: true } as never)
      return [(error as Error).message, names(results), table.rows, names(later.results)]
    })
    expect(outcome).toHaveProperty('value')
  })

  it('wait for each other', async () => {
    await same(parity.sides(), async ({ db }) => {
      const all = await Promise.all([1, 2, 3].map(() => migrator(db).migrateToLatest()))
      await migrator(db).migrateTo({ __noMigrations__: true } as never)
      return all.flatMap(({ error, results }) => [error, ...(names(results) ?? [])]).sort()
    })
  })
})

describe('aborts', () => {
  const strategies = ['ignore query', 'cancel query', 'kill session'] as const
  const slow = (db: Db, options: AbortableQueryOptions) =>
    sql`select pg_sleep(0.3), 'slow'`.execute(db, options)

  it.each(strategies)('before the call: %s', async (inflightQueryAbortStrategy) => {
    await same(parity.sides(), ({ db }) =>
      slow(db, { signal: AbortSignal.abort(new Error('no')), inflightQueryAbortStrategy }),
    )
  })

  it.each(strategies)('in the middle of a call: %s', async (inflightQueryAbortStrategy) => {
    const sides = parity.sides(undefined, { pool: { max: 1 } })
    await same(sides, async ({ db }) => {
      await sql`select 1`.execute(db)
      const controller = new AbortController()
      const call = slow(db, { signal: controller.signal, inflightQueryAbortStrategy })
      setTimeout(() => controller.abort(new Error('enough')), 60)
      const outcome = await outcomeOf(() => call)
      // Kysely's own dialect lends the session that it has killed once more.
      if (inflightQueryAbortStrategy === 'kill session') return outcome
      return [outcome, await sql`select 1 as a`.execute(db)]
    })
    expect((await sql`select 1 as a`.execute(sides[1].db)).rows).toEqual([{ a: 1 }])
    for (const { pool } of sides) expect(pool.waitingCount).toBe(0)
  })

  it.each(strategies)('in a transaction: %s', async (inflightQueryAbortStrategy) => {
    await same(parity.sides(undefined, { pool: { max: 1 } }), async ({ db }) => {
      await sql`select 1`.execute(db)
      const outcome = await outcomeOf(() =>
        db.transaction().execute(async (trx) => {
          await trx.deleteFrom('pet').execute()
          await slow(trx as unknown as Db, {
            signal: AbortSignal.timeout(60),
            inflightQueryAbortStrategy,
          })
        }),
      )
      const name = 'error' in outcome && (outcome.error as { name: string }).name
      const pets = await db.selectFrom('pet').select('id').execute()
      return [name, pets.length]
    })
  })

  it('while it waits for a connection', async () => {
    await same(parity.sides(undefined, { pool: { max: 1 } }), async ({ db }) => {
      await sql`select 1`.execute(db)
      const first = slow(db, {})
      await delay(20)
      const second = await outcomeOf(() =>
        sql`insert into menagerie.animal values (99, 'never')`.execute(db, {
          signal: AbortSignal.timeout(30),
        }),
      )
      await first
      const animals = await db.selectFrom('menagerie.animal').select('id').orderBy('id').execute()
      return ['error' in second && (second.error as { name: string }).name, animals]
    })
  })

  it('of a stream, between its portions and before', async () => {
    await same(parity.sides(), async ({ db }) => {
      const controller = new AbortController()
      const seen: number[] = []
      const read = async () => {
        const rows = db
          .selectFrom('pet')
          .select('id')
          .orderBy('id')
          .stream({ chunkSize: 1, signal: controller.signal } as never)
        for await (const { id } of rows) {
          seen.push(id)
          if (id === 2) controller.abort(new Error('enough'))
        }
      }
      const during = await outcomeOf(read)
      const before = await outcomeOf(read)
      return [seen, during, before, await db.selectFrom('pet').select('id').orderBy('id').execute()]
    })
  })

  it('really cancel on the server, and free the connection soon', async () => {
    const [, { db }] = parity.sides(undefined, { pool: { max: 1 } })
    const started = performance.now()
    await outcomeOf(() =>
      db.transaction().execute((trx) =>
        sql`select pg_sleep(60)`.execute(trx, {
          signal: AbortSignal.timeout(50),
          inflightQueryAbortStrategy: 'cancel query',
        }),
      ),
    )
    await sql`select 1`.execute(db)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('hooks of a connection', () => {
  const set = (name: string) => async (connection: DatabaseConnection) => {
    await connection.executeQuery(
      CompiledQuery.raw(
        `select set_config('app.${name}', coalesce(nullif(current_setting('app.${name}', true), ''), '0')::int + 1 || '', false)`,
      ),
    )
  }

  it('run at each new connection, and at each loan', async () => {
    const sides = parity.sides(
      () => ({ onCreateConnection: set('created'), onReserveConnection: set('reserved') }),
      { pool: { max: 1 } },
    )
    await same(sides, async ({ db }) => {
      const seen = []
      for (let turn = 0; turn < 3; turn++) {
        seen.push(
          await sql`select current_setting('app.created') as created, current_setting('app.reserved') as reserved`.execute(
            db,
          ),
        )
      }
      return seen
    })
  })

  it('may run scripts, and stream', async () => {
    const heard: unknown[][] = [[], []]
    const sides = parity.sides(({ pool }) => {
      const at = heard[pool.options.application_name === 'x' ? 0 : 1] ?? []
      return {
        onCreateConnection: async (connection) => {
          at.push(await connection.executeQuery(CompiledQuery.raw('set app.a = 1; set app.b = 2')))
          at.push(await connection.executeQuery(CompiledQuery.raw('select $1::int as n', [1])))
          const rows = connection.streamQuery(
            CompiledQuery.raw('select generate_series(1, 3) n'),
            2,
          )
          for await (const portion of rows) at.push(portion)
        },
      }
    })
    await same(sides, ({ db }) => sql`select current_setting('app.b') as b`.execute(db))
    expect(heard[1]).toHaveLength(8)
    expect(heard[1]?.slice(4)).toEqual(heard[1]?.slice(0, 4))
  })

  it.each(['onCreateConnection', 'onReserveConnection'] as const)(
    'that throw give the client back: %s',
    async (hook) => {
      let fails = true
      // Kysely's own dialect keeps the client for ever: nothing to compare with.
      const [, { db, pool }] = parity.sides(
        () => ({
          [hook]: async (connection: DatabaseConnection) => {
            if (!fails) return
            await connection.executeQuery(CompiledQuery.raw('begin'))
            throw new Error('not today')
          },
        }),
        { pool: { max: 1 } },
      )
      for (let turn = 0; turn < 3; turn++) {
        await expect(sql`select 1`.execute(db)).rejects.toThrow('not today')
      }
      fails = false
      expect((await sql`select 1 as a`.execute(db)).rows).toEqual([{ a: 1 }])
      expect([pool.totalCount, pool.waitingCount]).toEqual([1, 0])
    },
  )
})

describe('a pool', () => {
  it('may come from a function, which is asked once, at the first query', async () => {
    const asked = [0, 0]
    let at = 0
    const sides = parity.sides(({ pool }) => {
      const side = at++
      return {
        pool: async () => {
          asked[side] = (asked[side] ?? 0) + 1
          return pool as never
        },
      }
    })
    expect(asked).toEqual([0, 0])
    await same(sides, ({ db }) => Promise.all([1, 2].map(() => sql`select 1 as a`.execute(db))))
    expect(asked).toEqual([1, 1])
  })

  it('whose function fails is asked again', async () => {
    const failures = [1, 1]
    let at = 0
    const sides = parity.sides(({ pool }) => {
      const side = at++
      return {
        pool: async () => {
          if (failures.splice(side, 1, 0)[0] === 1) throw new Error('no pool yet')
          return pool as never
        },
      }
    })
    await same(sides, async ({ db }) => [
      await outcomeOf(() => sql`select 1 as a`.execute(db)),
      await outcomeOf(() => sql`select 1 as a`.execute(db)),
    ])
  })

  it('is ended by destroy once something was asked, and not before', async () => {
    await same(parity.sides(), async ({ db, pool }) => {
      await db.destroy()
      const before = pool.ending
      const first = await sql`select 1 as a`.execute(db)
      await Promise.all([db.destroy(), db.destroy()])
      return [before, first.rows, pool.ended]
    })
    await same(parity.sides(), async ({ db, pool }) => {
      await sql`select 1`.execute(db)
      await db.destroy()
      return [pool.ended, await outcomeOf(() => sql`select 1 as a`.execute(db))]
    })
  })

  it('that is exhausted rejects with its own error, and serves again', async () => {
    const options = { pool: { max: 1, connectionTimeoutMillis: 500 } }
    await same(parity.sides(undefined, options), async ({ db }) => {
      const [slow, quick] = await Promise.allSettled([
        sql`select 1 as a from pg_sleep(1.2)`.execute(db),
        delay(50).then(() => sql`select 2 as b`.execute(db)),
      ])
      return [
        slow.status,
        (quick as { reason?: Error }).reason?.message,
        await sql`select 1 as a`.execute(db),
      ]
    })
  })

  it('that is destroyed frees those who wait for it at once', async () => {
    const [, { db, pool }] = parity.sides(undefined, { pool: { max: 1 } })
    await sql`select 1`.execute(db)
    const lent = sql`select 1 as a from pg_sleep(0.2)`.execute(db)
    await expect.poll(() => pool.idleCount).toBe(0)
    const waiting = outcomeOf(() => sql`select 1`.execute(db))
    const destroyed = db.destroy()
    expect(await waiting).toMatchObject({ error: { code: 'PLT_CLOSED' } })
    expect((await lent).rows).toEqual([{ a: 1 }])
    await destroyed
  })

  it('of clients that are none of pg’s is refused', async () => {
    const [, { db }] = parity.sides(() => ({
      pool: {
        connect: async () => ({ query: async () => ({ rows: [] }), release: () => {} }) as never,
        end: async () => {},
        options: {},
      },
    }))
    await expect(sql`select 1`.execute(db)).rejects.toMatchObject({ code: 'PLT_CONFIG_INVALID' })
  })

  it('keeps its clients apart from what their type parsers say', async () => {
    const types = { getTypeParser: () => (text: string) => `<${text}>` }
    await same(parity.sides(undefined, { pool: { types: types as never } }), async ({ db }) => {
      const rows = []
      for (let turn = 0; turn < 3; turn++) rows.push(await sql`select 1 as a, 'x' as b`.execute(db))
      return rows
    })
  })
})

describe('where Kysely’s own dialect falls short', () => {
  it('streams need no cursor package', async () => {
    const [, { db }] = parity.sides(() => ({ cursor: undefined }))
    const seen: number[] = []
    for await (const { id } of db.selectFrom('pet').select('id').orderBy('id').stream(2))
      seen.push(id)
    expect(seen).toEqual([1, 2, 3, 4])
  })

  it('a transaction that is left open is nobody else’s', async () => {
    const [, { db }] = parity.sides(undefined, { pool: { max: 1 } })
    await db.connection().execute(async (one) => {
      await sql`begin`.execute(one)
      await one.deleteFrom('pet').execute()
    })
    expect(await db.selectFrom('pet').select('id').execute()).toHaveLength(4)
  })

  it('a client that was killed crashes nothing, without a listener of the user’s', async () => {
    const { connectionString } = parity.sides()[1].pool.options
    const pool = new pg.Pool({ connectionString, max: 1 })
    const [, { db }] = parity.sides(() => ({ pool: pool as never }))
    const [, { db: other }] = parity.sides()
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
    await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other)
    await expect.poll(() => outcomeOf(() => sql`select 1 as a`.execute(db))).toHaveProperty('value')
    await db.destroy()
  })

  it('more parameters than the protocol counts are told before they are sent', async () => {
    const [, { db }] = parity.sides()
    const pets = Array.from({ length: 33_000 }, (_, n) => ({ name: `n${n}`, species: 'x' }))
    await expect(db.insertInto('pet').values(pets).execute()).rejects.toMatchObject({
      code: 'PLT_STATEMENT_INVALID',
    })
    expect(await db.selectFrom('pet').select('id').execute()).toHaveLength(4)
  })
})
