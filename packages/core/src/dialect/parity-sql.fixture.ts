import { CompiledQuery, sql } from 'kysely'
import type { Db } from './parity.fixture.js'
import { type Cases, raw } from './parity-case.fixture.js'

export const schema: Cases = {
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

export const rawSql: Cases = {
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

export const errors: Cases = {
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
