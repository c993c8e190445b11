import {
  CamelCasePlugin,
  DeduplicateJoinsPlugin,
  type Kysely,
  ParseJSONResultsPlugin,
  sql,
} from 'kysely'
import { type Cases, collect, people } from './parity-case.fixture.js'

export const transactions: Cases = {
  'one that commits': async (db) => [
    await db.transaction().execute((trx) => trx.deleteFrom('pet').executeTakeFirst()),
    await db.selectFrom('pet').selectAll().execute(),
  ],
  'one that throws': async (db) => {
    const work = db.transaction().execute(async (trx) => {
      await trx.deleteFrom('pet').execute()
      throw new Error('no')
    })
    return [await work.catch((error: Error) => error.message), await people(db)]
  },
  'one whose statement fails': (db) =>
    db.transaction().execute(async (trx) => {
      await trx.deleteFrom('pet').execute()
      await sql`nonsense`.execute(trx)
    }),
  'one whose failure is swallowed': (db) =>
    db.transaction().execute(async (trx) => {
      await sql`nonsense`.execute(trx).catch(() => {})
      return 'fine?'
    }),
  'one that goes on after a failure': (db) =>
    db.transaction().execute(async (trx) => {
      await sql`nonsense`.execute(trx).catch(() => {})
      return await sql`select 1`.execute(trx)
    }),
  'one whose COMMIT is refused': (db) =>
    db.transaction().execute(async (trx) => {
      await sql`set constraints all deferred`.execute(trx)
      await trx.updateTable('pet').set({ owner_id: 99 }).execute()
    }),
  'one of each isolation level': async (db) => {
    const seen: unknown[] = []
    for (const level of [
      'read uncommitted',
      'read committed',
      'repeatable read',
      'serializable',
    ] as const) {
      seen.push(
        await db
          .transaction()
          .setIsolationLevel(level)
          .setAccessMode('read write')
          .execute((trx) => sql`show transaction_isolation`.execute(trx)),
      )
    }
    return seen
  },
  'statements side by side': (db) =>
    db
      .transaction()
      .execute((trx) =>
        Promise.all([1, 2, 3].map((n) => sql`select ${n} :: int as n`.execute(trx))),
      ),
  'a script in one': async (db) => {
    await db
      .transaction()
      .execute((trx) =>
        sql.raw('delete from pet where id = 1; delete from pet where id = 2').execute(trx),
      )
    return await db.selectFrom('pet').select('id').orderBy('id').execute()
  },
  'a controlled one that commits': async (db) => {
    const trx = await db.startTransaction().execute()
    await trx.deleteFrom('pet').execute()
    const state = [trx.isTransaction, trx.isCommitted]
    await trx.commit().execute()
    return [
      state,
      trx.isCommitted,
      trx.isRolledBack,
      await db.selectFrom('pet').selectAll().execute(),
    ]
  },
  'a controlled one that rolls back': async (db) => {
    const trx = await db.startTransaction().setIsolationLevel('serializable').execute()
    await trx.deleteFrom('pet').execute()
    await trx.rollback().execute()
    return [trx.isRolledBack, (await db.selectFrom('pet').selectAll().execute()).length]
  },
  'a controlled one after its end': async (db) => {
    const trx = await db.startTransaction().execute()
    await trx.commit().execute()
    return await trx.selectFrom('pet').selectAll().execute()
  },
  'a controlled one committed twice': async (db) => {
    const trx = await db.startTransaction().execute()
    await trx.commit().execute()
    await trx.commit().execute()
  },
  'a controlled one that failed, committed, then rolled back': async (db) => {
    const trx = await db.startTransaction().execute()
    await sql`nonsense`.execute(trx).catch(() => {})
    const committed = await trx
      .commit()
      .execute()
      .catch((error: Error) => error.name)
    await trx.rollback().execute()
    return [committed, await people(db)]
  },
  savepoints: async (db) => {
    const trx = await db.startTransaction().execute()
    await trx.deleteFrom('pet').where('id', '=', 1).execute()
    const first = await trx.savepoint('first').execute()
    await first.deleteFrom('pet').where('id', '=', 2).execute()
    const second = await first.savepoint('with "quotes"').execute()
    await sql`nonsense`.execute(second).catch(() => {})
    const back = await second.rollbackToSavepoint('with "quotes"').execute()
    await back.deleteFrom('pet').where('id', '=', 3).execute()
    const undone = await back.rollbackToSavepoint('first').execute()
    await undone.releaseSavepoint('first').execute()
    await trx.commit().execute()
    return await db.selectFrom('pet').select('id').orderBy('id').execute()
  },
  'a savepoint that there is not': async (db) => {
    const trx = await db.startTransaction().execute()
    try {
      return await trx.rollbackToSavepoint('nowhere' as never).execute()
    } finally {
      await trx.rollback().execute()
    }
  },
  'one on a pinned connection keeps its settings': (db) =>
    db.connection().execute(async (one) => {
      await sql`select set_config('app.pinned', 'yes', false)`.execute(one)
      const pid = sql<{ pid: number; value: string }>`
        select pg_backend_pid() as pid, current_setting('app.pinned', true) as value`
      const before = (await pid.execute(one)).rows[0]
      const inside = await one
        .transaction()
        .execute(async (trx) => (await pid.execute(trx)).rows[0])
      const after = (await pid.execute(one)).rows[0]
      await sql`reset app.pinned`.execute(one)
      return [inside?.pid === before?.pid, after?.pid === before?.pid, inside?.value, after?.value]
    }),
  'several on a pinned connection, one of them aborted': (db) =>
    db.connection().execute(async (one) => {
      await one.transaction().execute((trx) => trx.deleteFrom('pet').where('id', '=', 1).execute())
      await one
        .transaction()
        .execute((trx) => sql`nonsense`.execute(trx).catch(() => {}))
        .catch(() => {})
      const trx = await one.startTransaction().execute()
      await trx.rollback().execute()
      return await one.selectFrom('pet').select('id').orderBy('id').execute()
    }),
  'things that a transaction does not have': async (db) =>
    await db.transaction().execute(async (trx) => [
      await Promise.resolve()
        .then(() => trx.transaction())
        .catch((error: Error) => error.message),
      await Promise.resolve()
        .then(() => trx.destroy())
        .catch((error: Error) => error.message),
    ]),
}

export const streams: Cases = {
  all: (db) => collect(db.selectFrom('person').selectAll().orderBy('id').stream()),
  'in portions': (db) =>
    collect(
      sql`select generate_series(1, 25) as n`.compile(db) &&
        db.selectFrom(sql<{ n: number }>`generate_series(1, 25)`.as('n')).selectAll().stream(10),
    ),
  'with parameters': (db) =>
    collect(db.selectFrom('pet').selectAll().where('id', '>', 2).orderBy('id').stream(1)),
  'of nothing': (db) => collect(db.selectFrom('pet').selectAll().where('id', '<', 0).stream(3)),
  'left early': async (db) => [
    await collect(db.selectFrom('pet').select('id').orderBy('id').stream(2), 1),
    await people(db),
  ],
  'left by an error': async (db) => {
    for await (const _ of db.selectFrom('pet').select('id').stream(1)) throw new Error('mine')
  },
  'that fails at once': (db) =>
    collect(
      db
        .selectFrom('nowhere' as 'pet')
        .selectAll()
        .stream(1),
    ),
  'that fails midway': async (db) => {
    const seen: unknown[] = []
    const rows = db
      .selectFrom(sql<{ n: number }>`generate_series(1, 5)`.as('n'))
      .select(sql<number>`10 / (3 - n)`.as('q'))
      .stream(1)
    const error = await collect(
      (async function* () {
        for await (const row of rows) {
          seen.push(row)
          yield row
        }
      })(),
    ).catch((caught: { code: string }) => caught.code)
    return [seen, error, await people(db)]
  },
  'of an insert': async (db) => [
    await collect(
      db
        .insertInto('pet')
        .values([1, 2, 3].map((n) => ({ name: `n${n}`, species: 'x' })))
        .returning('name')
        .stream(1),
      2,
    ),
    await db.selectFrom('pet').select('name').where('species', '=', 'x').orderBy('id').execute(),
  ],
  'of an insert without rows': async (db) => [
    await collect(db.insertInto('pet').values({ name: 'n', species: 'x' }).stream()),
    await db.selectFrom('pet').select('name').where('species', '=', 'x').execute(),
  ],
  'in a transaction': (db) =>
    db
      .transaction()
      .execute(async (trx) => [
        await collect(trx.selectFrom('pet').select('id').orderBy('id').stream(2)),
        await collect(trx.selectFrom('pet').select('id').orderBy('id').stream(1), 1),
        await trx.selectFrom('pet').select('id').orderBy('id').execute(),
      ]),
  'that fails in a transaction': (db) =>
    db.transaction().execute(async (trx) => {
      await collect(
        trx
          .selectFrom('nowhere' as 'pet')
          .selectAll()
          .stream(1),
      ).catch(() => {})
      return await trx.selectFrom('pet').select('id').execute()
    }),
}

export const plugins: Cases = {
  CamelCase: (db) =>
    (
      db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<
        Record<string, Record<string, unknown>>
      >
    )
      .selectFrom('person')
      .select(['firstName', 'lastName'])
      .where('firstName', '=', 'Ana')
      .execute(),
  'CamelCase, streamed': (db) =>
    collect(
      (
        db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<
          Record<string, Record<string, unknown>>
        >
      )
        .selectFrom('person')
        .select(['firstName', 'created'])
        .orderBy('id')
        .stream(),
    ),
  'CamelCase in a transaction': (db) =>
    (
      db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<
        Record<string, Record<string, unknown>>
      >
    )
      .transaction()
      .execute((trx) =>
        trx.updateTable('person').set({ lastName: 'X' }).returning('lastName').execute(),
      ),
  DeduplicateJoins: (db) =>
    db
      .withPlugin(new DeduplicateJoinsPlugin())
      .selectFrom('person')
      .innerJoin('pet', 'pet.owner_id', 'person.id')
      .innerJoin('pet', 'pet.owner_id', 'person.id')
      .select(['person.id', 'pet.name'])
      .orderBy('pet.id')
      .execute(),
  ParseJSONResults: (db) =>
    db
      .withPlugin(new ParseJSONResultsPlugin())
      .selectFrom('person')
      .select('data')
      .orderBy('id')
      .execute(),
}
