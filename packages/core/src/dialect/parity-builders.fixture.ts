import { sql } from 'kysely'
import { jsonArrayFrom, jsonBuildObject, jsonObjectFrom } from 'kysely/helpers/postgres'
import type { Cases } from './parity-case.fixture.js'

export const builders: Cases = {
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
