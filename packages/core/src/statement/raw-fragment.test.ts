import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  type RootOperationNode,
  sql,
} from 'kysely'
import {
  jsonArrayFrom,
  jsonBuildObject,
  jsonObjectFrom,
  mergeAction,
} from 'kysely/helpers/postgres'
import { describe, expect, test } from 'vitest'
import { ProvenQueryCompiler } from './proven-query-compiler.js'
import { holdsRawSql } from './raw-fragment.js'
import { statementFacts } from './statement-facts.js'

interface Tables {
  t: { id: number; name: string | null; data: { a: string[] } | null; at: Date }
  s: { id: number; t_id: number; name: string }
  pg_settings: { name: string; setting: string }
}

const db = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new ProvenQueryCompiler(),
  },
})

const free: Readonly<Record<string, Compilable>> = {
  'select all': db.selectFrom('t').selectAll(),
  'columns and aliases': db.selectFrom('t as x').select(['x.id', 'x.name as n', 'at']).distinct(),
  'all of a table': db.selectFrom('t').selectAll('t').distinctOn('t.id'),
  filters: db
    .selectFrom('t')
    .select('id')
    .where('id', 'in', [1, 2])
    .where((eb) =>
      eb.or([eb('name', 'ilike', '%a%'), eb('name', 'is', null), eb.between('id', 1, 2)]),
    )
    .where('data', '@>', '{}' as never)
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('s').select('s.id').whereRef('s.t_id', '=', 't.id'))),
    )
    .where((eb) => eb(eb.refTuple('id', 'name'), 'in', [eb.tuple(1, 'a')])),
  'an empty list': db
    .selectFrom('t')
    .select('id')
    .where((eb) => eb.or([])),
  joins: db
    .selectFrom('t')
    .innerJoin('s', 's.t_id', 't.id')
    .leftJoin('s as s2', (join) => join.onRef('s2.t_id', '=', 't.id').on('s2.name', '=', 'a'))
    .leftJoinLateral(
      (eb) => eb.selectFrom('s').selectAll().as('l'),
      (join) => join.onTrue(),
    )
    .crossJoin('s as s3')
    .select(['t.id', 's.name']),
  aggregates: db
    .selectFrom('t')
    .select((eb) => [
      eb.fn.countAll().as('n'),
      eb.fn.count('id').distinct().filterWhere('id', '>', 1).as('c'),
      eb.fn
        .max('at')
        .over((over) => over.partitionBy('name').orderBy('at', 'desc'))
        .as('m'),
      eb.fn.agg<number>('row_number').over().as('r'),
      eb.fn
        .agg<number>('percentile_cont', [eb.val(0.5)])
        .withinGroupOrderBy('id')
        .as('p'),
      eb.fn.coalesce('name', eb.val('x')).as('o'),
      eb.fn<string>('lower', ['name']).as('l'),
      eb.fn('now').as('now'),
      eb.fn('gen_random_uuid').as('u'),
      eb.fn.toJson('t').as('j'),
      eb.fn.jsonAgg('t').as('a'),
    ])
    .groupBy(['name'])
    .having((eb) => eb.fn.countAll(), '>', 1),
  'any of an array': db
    .selectFrom('t')
    .select('id')
    .where((eb) => eb('name', '=', eb.fn.any(eb.val(['a'])))),
  order: db
    .selectFrom('t')
    .select('id')
    .orderBy('id', 'desc')
    .orderBy('name', (order) => order.asc().nullsLast().collate('C'))
    .limit(1)
    .offset(2),
  fetch: db.selectFrom('t').select('id').orderBy('id').fetch(5, 'with ties'),
  locks: db.selectFrom('t').select('id').forUpdate('t').skipLocked(),
  'set operations': db
    .selectFrom('t')
    .select('id')
    .union(db.selectFrom('s').select('id'))
    .exceptAll((eb) => eb.parens(eb.selectFrom('s').select('s.id'))),
  'common table expressions': db
    .with('x', (qb) => qb.selectFrom('t').select('id'))
    .withRecursive('y(id)', (qb) => qb.selectFrom('t').select('id'))
    .with(
      (cte) => cte('z').materialized(),
      (qb) => qb.deleteFrom('t').returning('id'),
    )
    .selectFrom(['x', 'y'])
    .selectAll(),
  'case, cast and arithmetic': db
    .selectFrom('t')
    .select((eb) => [
      eb.case().when('id', '>', 1).then('a').else('b').end().as('c'),
      eb.case('id').when(1).then(eb.lit(2)).end().as('d'),
      eb.cast<string>('id', 'text').as('e'),
      eb.cast<string>('id', 'varchar(10)').as('f'),
      eb(eb('id', '+', 1), '*', eb.neg(eb.ref('id'))).as('g'),
      eb.neg(eb.lit(5)).as('h'),
      eb.lit(true).as('i'),
      eb.lit(null).as('k'),
    ]),
  json: db
    .selectFrom('t')
    .select((eb) => eb.ref('data', '->').key('a').at(0).as('x'))
    .select((eb) => eb.ref('data', '->>').key('a').as('y')),
  'a select without from': db.selectNoFrom((eb) => eb.val(1).as('one')),
  helpers: db
    .selectFrom('t')
    .select((eb) => [
      't.id',
      jsonArrayFrom(eb.selectFrom('s').select('s.name').whereRef('s.t_id', '=', 't.id')).as('list'),
      jsonObjectFrom(eb.selectFrom('s').select('s.name').limit(1)).as('one'),
      jsonBuildObject({ a: eb.ref('t.name'), b: eb.fn<number>('abs', ['t.id']) }).as('built'),
    ]),
  'references and values through sql': db
    .selectFrom('t')
    .select([
      sql.ref('id').as('a'),
      sql.val(1).as('b'),
      sql.lit('x').as('c'),
      sql.id('t', 'id').as('d'),
    ])
    .where(sql.ref('id'), '=', sql.val(1)),
  'a dynamic reference': db.selectFrom('t').select(db.dynamic.ref<'id'>('id')),
  'insert of one': db.insertInto('t').values({ id: 1, name: 'a', data: null, at: new Date() }),
  'insert of many with holes': db
    .insertInto('s')
    .values([{ id: 1, t_id: 1, name: 'a' }, { id: 2, name: 'b' } as never])
    .returningAll(),
  'insert from a query': db
    .insertInto('s')
    .columns(['id', 'name'])
    .expression((eb) => eb.selectFrom('t').select(['id', eb.val('x').as('name')])),
  'insert of defaults': db.insertInto('t').defaultValues(),
  upsert: db
    .insertInto('s')
    .values({ id: 1, t_id: 1, name: 'a' })
    .onConflict((oc) =>
      oc
        .columns(['id'])
        .where('id', '>', 1)
        .doUpdateSet((eb) => ({ name: eb.ref('excluded.name') }))
        .where('s.id', '>', 2),
    ),
  'upsert by constraint': db
    .insertInto('s')
    .values({ id: 1, t_id: 1, name: 'a' })
    .onConflict((oc) => oc.constraint('k').doNothing()),
  update: db
    .updateTable('t as x')
    .from('s')
    .innerJoin('t as y', 'y.id', 's.t_id')
    .set((eb) => ({ name: eb.fn('upper', ['s.name']), id: eb('x.id', '+', 1) }))
    .whereRef('x.id', '=', 's.t_id')
    .returning(['x.id']),
  delete: db.deleteFrom('t').using('s').whereRef('s.t_id', '=', 't.id').returningAll('t'),
  merge: db
    .mergeInto('t')
    .using('s', 's.t_id', 't.id')
    .whenMatchedAnd('t.id', '>', 1)
    .thenDelete()
    .whenMatched()
    .thenUpdateSet((eb) => ({ name: eb.ref('s.name') }))
    .whenNotMatched()
    .thenInsertValues((eb) => ({ id: eb.ref('s.id'), name: 'x', data: null, at: new Date() }))
    .whenNotMatchedBySource()
    .thenDoNothing()
    .returning([mergeAction().as('action'), 't.id']),
  'another schema': db
    .withSchema('x')
    .selectFrom('t')
    .select((eb) => eb.fn.toJson('t').as('j')),
}

const raw: Readonly<Record<string, Compilable>> = {
  'a raw statement': sql`select 1`.compile(db) && { compile: () => sql`select 1`.compile(db) },
  'raw selection': db.selectFrom('t').select(sql`1`.as('one')),
  'raw call': db.selectFrom('t').select(sql`set_config('role', 'x', false)`.as('x')),
  'raw where': db.selectFrom('t').select('id').where(sql<boolean>`true`),
  'raw deep in a subquery': db
    .selectFrom('t')
    .select('id')
    .where('id', 'in', (eb) => eb.selectFrom('s').select('id').where(sql<boolean>`f()`)),
  'raw operator': db.selectFrom('t').select('id').where('id', sql`=`, 1),
  'raw alias': db
    .selectFrom((eb) => eb.fn('unnest', [eb.val([1])]).as<'x'>(sql`x(id)` as never) as never)
    .selectAll(),
  'raw in an aggregate': db.selectFrom('t').select((eb) => eb.fn.count(sql`f()`).as('n')),
  'raw in over': db.selectFrom('t').select((eb) =>
    eb.fn
      .countAll()
      .over((over) => over.partitionBy(sql`f()` as never))
      .as('n'),
  ),
  'raw order': db.selectFrom('t').select('id').orderBy(sql`f()`),
  'raw direction': db.selectFrom('t').select('id').orderBy('id', sql`desc, f()`),
  'raw group': db.selectFrom('t').select('id').groupBy(sql`f()`),
  'raw limit': db
    .selectFrom('t')
    .select('id')
    .limit(sql<number>`f()` as never),
  'raw modifier at the front': db.selectFrom('t').select('id').modifyFront(sql`distinct`),
  'raw modifier at the end': db.selectFrom('t').select('id').modifyEnd(sql`for update`),
  'raw modifier of an insert': db.insertInto('t').defaultValues().modifyEnd(sql`returning f()`),
  'raw modifier of an update': db.updateTable('t').set({ id: 1 }).modifyEnd(sql`returning f()`),
  'raw modifier of a delete': db.deleteFrom('t').modifyEnd(sql`returning f()`),
  'raw set': db.updateTable('t').set({ id: sql`f()` }),
  'raw value': db.insertInto('t').values({ id: sql`f()`, name: null, data: null, at: new Date() }),
  'raw in the second row': db.insertInto('s').values([
    { id: 1, t_id: 1, name: 'a' },
    { id: 2, t_id: 1, name: sql`f()` },
  ]),
  'raw on conflict': db
    .insertInto('t')
    .defaultValues()
    .onConflict((oc) => oc.expression(sql`f(id)`).doNothing()),
  'raw returning': db.deleteFrom('t').returning(sql`f()`.as('x')),
  'raw join condition': db
    .selectFrom('t')
    .innerJoin('s', (join) => join.on(sql<boolean>`f()`))
    .select('t.id'),
  'raw from': db.selectFrom(sql`f()`.as('x')).selectAll(),
  'raw common table expression': db
    .with('x', () => sql`select f()` as never)
    .selectFrom('x')
    .selectAll(),
  'raw type': db.selectFrom('t').select((eb) => eb.cast('id', sql`my_type` as never).as('x')),
  'raw in a helper': db.selectFrom('t').select(jsonBuildObject({ a: sql`f()` }).as('x')),
  'raw separator': db
    .selectFrom('t')
    .select(sql`json_build_object(${sql.join([1, 2], sql` || f() || `)})`.as('x')),
  'sql.raw': db.selectFrom('t').select(sql.raw('f()').as('x')),
  'a user’s function': db.selectFrom('t').select((eb) => eb.fn('my_function', ['id']).as('x')),
  'a qualified function': db.selectFrom('t').select((eb) => eb.fn('m.lower', ['name']).as('x')),
  'text in a function’s name': db.selectFrom('t').select((eb) => eb.fn("lower('x'), f").as('x')),
  'another case of a function’s name': db
    .selectFrom('t')
    .select((eb) => eb.fn('LOWER', ['name']).as('x')),
  set_config: db.selectNoFrom((eb) =>
    eb.fn('set_config', [eb.val('role'), eb.val('x'), eb.lit(false)]).as('x'),
  ),
  nextval: db.selectNoFrom((eb) => eb.fn('nextval', [eb.val('s')]).as('x')),
  query_to_xml: db.selectNoFrom((eb) => eb.fn('query_to_xml', [eb.val('select 1')]).as('x')),
  'advisory lock': db.selectNoFrom((eb) => eb.fn('pg_advisory_lock', [eb.val(1)]).as('x')),
  'a user’s aggregate': db.selectFrom('t').select((eb) => eb.fn.agg('my_agg', ['id']).as('x')),
  'an update of pg_settings': db
    .updateTable('pg_settings')
    .set({ setting: 'x' })
    .where('name', '=', 'role'),
  'an update of pg_settings with its schema': db
    .withSchema('pg_catalog')
    .updateTable('pg_settings as p')
    .set({ setting: 'x' }),
  'a literal with a backslash': db.selectNoFrom(() => sql.lit("\\' || f() --").as('x')),
  'a minus before a minus': db
    .selectFrom('t')
    .select((eb) => eb.neg(eb.neg(eb.ref('id'))).as('\n f() as "x"')),
  'a minus before a negative number': db.selectNoFrom((eb) =>
    eb.neg(eb.lit(-5)).as('\n , f() as "x"'),
  ),
  explain: {
    compile: () =>
      new ProvenQueryCompiler().compileQuery(
        {
          ...db.selectFrom('t').selectAll().toOperationNode(),
          explain: { kind: 'ExplainNode' },
        } as RootOperationNode,
        { queryId: 'x' },
      ),
  },
  ddl: db.schema.createTable('x').addColumn('id', 'integer'),
}

describe('a tree without raw SQL', () => {
  test.each(Object.entries(free))('%s', async (_, query) => {
    const compiled = query.compile()
    expect(holdsRawSql(compiled.query), compiled.sql).toBe(false)
    const facts = await statementFacts(compiled.sql)
    expect(facts.kind, compiled.sql).not.toBe('unknown')
    expect(facts.setsSession, compiled.sql).toBe(false)
  })
})

describe('a tree with raw SQL', () => {
  test.each(Object.entries(raw))('%s', (_, query) => {
    const compiled = query.compile()
    expect(holdsRawSql(compiled.query), compiled.sql).toBe(true)
  })
})
