import {
  CamelCasePlugin,
  CompiledQuery,
  DeduplicateJoinsPlugin,
  type Kysely,
  ParseJSONResultsPlugin,
  sql,
} from 'kysely'
import { jsonArrayFrom, jsonBuildObject, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Db } from './parity.fixture.js'

type Case = (db: Db) => unknown

async function collect<T>(rows: AsyncIterable<T>, limit = Number.POSITIVE_INFINITY): Promise<T[]> {
  const seen: T[] = []
  for await (const row of rows) {
    seen.push(row)
    if (seen.length >= limit) break
  }
  return seen
}

const raw = (text: string) => (db: Db) => sql.raw(text).execute(db)

const builders: Record<string, Case> = {
  'select all': (db) => db.selectFrom('person').selectAll().orderBy('id').execute(),
  'select nothing': (db) => db.selectFrom('person').selectAll().where('id', '<', 0).execute(),
  'first, or none': async (db) => [
    await db.selectFrom('pet').select('name').orderBy('id').executeTakeFirst(),
    await db.selectFrom('pet').select('name').where('id', '<', 0).executeTakeFirst(),
  ],
  'first or throw': (db) =>
    db.selectFrom('pet').select('name').where('id', '<', 0).executeTakeFirstOrThrow(),
  joins: (db) =>
    db
      .selectFrom('person as p')
      .leftJoin('pet', 'pet.owner_id', 'p.id')
      .select(['p.id', 'pet.id as pet_id', 'first_name', 'pet.name'])
      .orderBy('p.id')
      .orderBy('pet.id')
      .execute(),
  'columns of one name': (db) =>
    db
      .selectFrom('person')
      .innerJoin('pet', 'pet.owner_id', 'person.id')
      .selectAll()
      .orderBy('pet.id')
      .execute(),
  'groups, aggregates and windows': (db) =>
    db
      .selectFrom('pet')
      .select((eb) => [
        'species',
        eb.fn.countAll().as('n'),
        eb.fn.sum('owner_id').as('total'),
        eb.fn.avg('owner_id').as('average'),
        eb.fn
          .agg<number>('rank')
          .over((ob) => ob.orderBy('species'))
          .as('rank'),
      ])
      .groupBy('species')
      .having((eb) => eb.fn.countAll(), '>', 1)
      .orderBy('species')
      .execute(),
  'recursive CTE': (db) =>
    db
      .withRecursive('t(n)', (qb) =>
        qb
          .selectNoFrom(sql<number>`1`.as('n'))
          .unionAll(qb.selectFrom('t').select(sql<number>`n + 1`.as('n')).where('n', '<', 5)),
      )
      .selectFrom('t')
      .selectAll()
      .execute(),
  'data-modifying CTE': (db) =>
    db
      .with('gone', (qb) => qb.deleteFrom('pet').where('species', '=', 'cat').returningAll())
      .selectFrom('gone')
      .selectAll()
      .orderBy('id')
      .execute(),
  'json of subqueries': (db) =>
    db
      .selectFrom('person')
      .select((eb) => [
        'id',
        jsonArrayFrom(
          eb.selectFrom('pet').select('name').whereRef('owner_id', '=', 'person.id').orderBy('id'),
        ).as('pets'),
        jsonObjectFrom(eb.selectFrom('pet').select('name').where('id', '=', 1)).as('one'),
        jsonBuildObject({ a: eb.ref('age') }).as('built'),
      ])
      .orderBy('id')
      .execute(),
  'distinct on, locks, limits': (db) =>
    db
      .selectFrom('pet')
      .distinctOn('species')
      .select(['species', 'name'])
      .orderBy('species')
      .orderBy('id')
      .limit(5)
      .offset(0)
      .execute(),
  'for update skip locked': (db) =>
    db.selectFrom('pet').select('id').orderBy('id').forUpdate().skipLocked().execute(),
  'set operations': (db) =>
    db
      .selectFrom('person')
      .select('first_name as name')
      .union(db.selectFrom('pet').select('name'))
      .orderBy('name')
      .execute(),
  'an insert': (db) => db.insertInto('pet').values({ name: 'Neu', species: 'x' }).execute(),
  'an insert, first': (db) =>
    db.insertInto('pet').values({ name: 'Neu', species: 'x' }).executeTakeFirst(),
  'an insert of many, returning': (db) =>
    db
      .insertInto('pet')
      .values([1, 2, 3].map((n) => ({ name: `n${n}`, species: 'x', owner_id: n })))
      .returningAll()
      .execute(),
  'an insert from a select': (db) =>
    db
      .insertInto('pet')
      .columns(['name', 'species'])
      .expression(db.selectFrom('person').select(['first_name', sql<string>`'human'`.as('s')]))
      .executeTakeFirst(),
  upserts: async (db) => {
    const pet = db.insertInto('pet').values({ name: 'Rex', species: 'wolf' })
    return [
      await pet.onConflict((oc) => oc.column('name').doNothing()).executeTakeFirst(),
      await pet
        .onConflict((oc) => oc.column('name').doUpdateSet({ species: 'wolf' }))
        .returning(['id', 'species'])
        .execute(),
    ]
  },
  'an update': (db) => db.updateTable('pet').set({ species: 'x' }).where('id', '<', 3).execute(),
  'an update from, returning': (db) =>
    db
      .updateTable('pet')
      .from('person')
      .set((eb) => ({ species: eb.ref('person.first_name') }))
      .whereRef('person.id', '=', 'owner_id')
      .returning(['pet.id', 'species'])
      .execute(),
  'a delete': (db) => db.deleteFrom('pet').where('id', '>', 2).executeTakeFirst(),
  'a delete using': (db) =>
    db
      .deleteFrom('pet')
      .using('person')
      .whereRef('owner_id', '=', 'person.id')
      .where('age', '>', 35)
      .returning('pet.name')
      .execute(),
  'a merge': (db) =>
    db
      .mergeInto('pet')
      .using('person', (join) => join.onRef('pet.owner_id', '=', 'person.id'))
      .whenMatched()
      .thenUpdateSet({ species: 'owned' })
      .whenNotMatched()
      .thenInsertValues((eb) => ({ name: eb.ref('person.first_name'), species: 'self' }))
      .executeTakeFirst(),
  explain: (db) => db.selectFrom('pet').selectAll().where('id', '<', 0).limit(0).explain('json'),
  'a condition with every kind of value': (db) =>
    db
      .selectFrom('person')
      .select('id')
      .where('created', '>', new Date('2026-01-01T13:00:00Z'))
      .where('age', 'is', null)
      .where('first_name', 'in', ['Clara', 'Ana'])
      .where((eb) => eb.or([eb('id', '=', 3), eb.exists(eb.selectFrom('pet').select('id'))]))
      .execute(),
  withSchema: (db) =>
    db
      .withSchema('menagerie')
      .selectFrom('animal' as never)
      .selectAll()
      .execute(),
  'a qualified table': (db) =>
    db.selectFrom('menagerie.animal').selectAll().orderBy('id').execute(),
}

const schema: Record<string, Case> = {
  'tables, indexes, views and types come and go': async (db) => {
    await db.schema
      .createTable('gift')
      .ifNotExists()
      .addColumn('id', 'serial', (col) => col.primaryKey())
      .addColumn('name', 'varchar(10)', (col) => col.notNull().defaultTo('x'))
      .addColumn('pet_id', 'integer', (col) => col.references('pet.id').onDelete('cascade'))
      .execute()
    await db.schema.alterTable('gift').addColumn('price', 'numeric(10, 2)').execute()
    await db.schema.createIndex('gift_name').on('gift').columns(['name', 'price desc']).execute()
    await db.schema
      .createView('gifts')
      .as(db.selectFrom('gift' as never).selectAll())
      .execute()
    await db.schema.createType('size').asEnum(['s', 'm']).execute()
    const inserted =
      await sql`insert into gift (name, price) values ('a', 1.5) returning *`.execute(db)
    const viewed = await sql`select * from gifts`.execute(db)
    await db.schema.dropType('size').execute()
    await db.schema.dropView('gifts').execute()
    await db.schema.dropTable('gift').execute()
    return [inserted, viewed]
  },
  'a table that is there': (db) =>
    db.schema.createTable('pet').addColumn('id', 'integer').execute(),
  'a changed table is seen by the statements on it': async (db) => {
    const all = () => sql`select * from menagerie.animal where id = ${1}`.execute(db)
    const seen = [await all(), await all(), await all()]
    await db.schema.alterTable('menagerie.animal').addColumn('legs', 'integer').execute()
    seen.push(await all(), await all())
    await db.schema.alterTable('menagerie.animal').dropColumn('legs').execute()
    return [...seen, await all()]
  },
  schemas: (db) => db.introspection.getSchemas(),
  'tables with columns': (db) => db.introspection.getTables(),
  'tables of Kysely, too': (db) => db.introspection.getTables({ withInternalKyselyTables: true }),
}

const rawSql: Record<string, Case> = {
  'values of all types': (db) =>
    sql`select ${1} :: int a, ${'x'} :: text b, ${null} :: text c, ${true} :: bool d,
      ${new Date(0)} :: timestamptz e, ${Buffer.from('x')} :: bytea f, ${12n} :: int8 g,
      ${[1, 2]} :: int[] h, ${JSON.stringify({ a: 1 })} :: jsonb i, 1.50 :: numeric j,
      '2026-01-01' :: date k, interval '1 day' l, 'happy' :: mood m, '{a,b}' :: text[] n,
      point '(1,2)' o, 'NaN' :: float8 p, '{}' :: json q, false r`.execute(db),
  'more values': (db) =>
    sql`select ${undefined} :: text a, ${{ b: 1 }} :: json b, ${-0.5} :: float8 c,
      '{1,2}' :: int8[] d, '[1,5)' :: int4range e, '01:02:03' :: time f, '\\xff' :: bytea g,
      '2026-01-01' :: timestamp h, 'infinity' :: timestamptz i, '{{1,2},{3,4}}' :: int[] j`.execute(
      db,
    ),
  'no columns': raw('select from person'),
  'no text': raw(''),
  'only a comment': raw('-- nothing'),
  'a semicolon at the end': raw('select 1 as a;'),
  'a semicolon in a text': raw(`select ';' as a`),
  'several statements': raw('select 1 as a; select 2 as b'),
  'several statements, the second wrong': raw(`delete from pet; select 1/0`),
  'one statement and nothing': raw('select 1 as a; ;'),
  'several statements with parameters': (db) => sql`select ${1} :: int; select 2`.execute(db),
  'begin, commit and rollback by hand': (db) =>
    db.connection().execute(async (one) => {
      const results = []
      for (const text of ['begin', 'delete from pet', 'rollback', 'begin', 'commit']) {
        results.push(await raw(text)(one as Db))
      }
      return [results, await one.selectFrom('pet').select('id').orderBy('id').execute()]
    }),
  'a DO block': raw(`do $$ begin delete from pet; end $$`),
  'a procedure that commits': async (db) => [
    await sql`call commits(${10})`.execute(db),
    await db.selectFrom('menagerie.animal').select('id').orderBy('id').execute(),
  ],
  settings: raw('show server_encoding'),
  'a copy out': raw('copy pet to stdout'),
  'a compiled query': (db) =>
    db.executeQuery(db.selectFrom('pet').select('id').where('id', '=', 1).compile()),
  'a query by hand': (db) => db.executeQuery(CompiledQuery.raw('select $1::int as a', [7])),
  'a database that may not be created in a transaction': raw('vacuum pet'),
}

const errors: Record<string, Case> = {
  'a syntax error': raw('selec 1'),
  'an unknown table': raw('select * from nowhere'),
  'an unknown column': (db) =>
    db
      .selectFrom('pet')
      .select('nothing' as never)
      .execute(),
  'an unknown function': raw('select undefined()'),
  'a unique violation': (db) =>
    db.insertInto('pet').values({ name: 'Rex', species: 'dog' }).execute(),
  'a null where none may be': (db) =>
    db
      .insertInto('pet')
      .values({ name: null as never, species: 'dog' })
      .execute(),
  'a check': (db) => db.updateTable('person').set({ age: -1 }).execute(),
  'a foreign key': (db) => db.updateTable('pet').set({ owner_id: 99 }).execute(),
  'a value of another type': (db) =>
    db
      .selectFrom('pet')
      .selectAll()
      .where('id', '=', 'x' as never)
      .execute(),
  'a value too long': (db) =>
    db
      .updateTable('person')
      .set({ first_name: 'x'.repeat(300) })
      .execute(),
  'an exception with detail and hint': (db) => sql`select complain()`.execute(db),
  'a division by zero in the middle of the rows': raw(
    'select 1 / (3 - n) from generate_series(1, 5) n',
  ),
  'too few parameters': (db) => db.executeQuery(CompiledQuery.raw('select $1, $2', [1])),
  'a NUL in a value': (db) => sql`select ${'a\0b'} :: text`.execute(db),
  'a circular value': (db) => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    return sql`select ${circular} :: json`.execute(db)
  },
  'a copy in': raw('copy pet from stdin'),
  'a read-only transaction that writes': (db) =>
    db
      .transaction()
      .setAccessMode('read only')
      .execute((trx) => trx.deleteFrom('pet').execute()),
  'an isolation level that there is not': (db) =>
    db
      .transaction()
      .setIsolationLevel('snapshot')
      .execute(async () => 1),
}

const people = (db: Db) => db.selectFrom('person').select('id').orderBy('id').execute()

const transactions: Record<string, Case> = {
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

const streams: Record<string, Case> = {
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

const plugins: Record<string, Case> = {
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

/** Operations by group and name. */
export const CASES: readonly (readonly [group: string, name: string, run: Case])[] = Object.entries(
  {
    builders,
    schema,
    rawSql,
    errors,
    transactions,
    streams,
    plugins,
  },
).flatMap(([group, cases]) =>
  Object.entries(cases).map(([name, run]) => [group, name, run] as const),
)
