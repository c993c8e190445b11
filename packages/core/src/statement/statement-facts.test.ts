import { beforeAll, describe, expect, test } from 'vitest'
import {
  loadStatementFacts,
  type QualifiedName,
  statementFacts,
  statementFactsNow,
} from './statement-facts.js'

function names(list: readonly QualifiedName[]): string {
  return list
    .map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`))
    .join(' ')
}

async function summary(sql: string): Promise<string> {
  const { kind, access, tablesRead, tablesWritten } = await statementFacts(sql)
  return `${kind} ${access}: ${names(tablesRead)} > ${names(tablesWritten)}`
}

describe('tables', () => {
  test.each([
    // FROM in all its forms
    ['select 1', 'select read:  > '],
    ['select * from a', 'select read: a > '],
    ['select * from s.a x, "B" y', 'select read: s.a B > '],
    ['select * from db.s.a', 'select read: s.a > '],
    ['table a', 'select read: a > '],
    ['table only s.a', 'select read: s.a > '],
    ['select * from only a, a *', 'select read: a > '],
    ['select * from a join b using (id) left join s.c on true', 'select read: a b s.c > '],
    ['select * from (a cross join (b natural join c)) as j', 'select read: a b c > '],
    ['select * from (select * from a) x', 'select read: a > '],
    ['select * from a, lateral (select * from b where b.id = a.id) l', 'select read: a b > '],
    ['select * from a left join lateral (values (a.id)) v on true', 'select read: a > '],
    ['select * from a, generate_series(1, a.n) g', 'select read: a > '],
    ["select * from rows from (unnest(array[1]), lower('a')) with ordinality", 'select read:  > '],
    ['select * from unnest((select array_agg(x) from a)) u', 'select read: a > '],
    ['select * from a tablesample system (1)', 'select read: a > '],
    ["select * from xmltable('/r' passing (select x from a) columns c int)", 'select read: a > '],
    ["select * from a, json_table(a.j, '$' columns (c int)) t", 'select read: a > '],
    ['values (1), ((select id from a))', 'select read: a > '],
    ['(((select * from a)))', 'select read: a > '],
    ['select * from v_report', 'select read: v_report > '],
    // subqueries everywhere
    ['select (select max(id) from a), exists (select from b)', 'select read: a b > '],
    [
      'select * from a where id in (select id from b where x > all (select x from c))',
      'select read: a b c > ',
    ],
    ['select array(select id from a)', 'select read: a > '],
    [
      'select case when exists (select from a) then (select 1 from b) else 1 end',
      'select read: a b > ',
    ],
    ['select count(*) filter (where exists (select from b)) from a', 'select read: b a > '],
    [
      'select sum(x) over (partition by (select 1 from b) order by (select 1 from c)) from a',
      'select read: b c a > ',
    ],
    [
      'select 1 from a group by (select 1 from b) having (select true from c)',
      'select read: a b c > ',
    ],
    [
      'select 1 from a order by (select 1 from b) limit (select 1 from c) offset (select 1 from d)',
      'select read: a b d c > ',
    ],
    ['select distinct on ((select 1 from b)) * from a', 'select read: b a > '],
    ['select coalesce((select 1 from a), greatest((select 1 from b), 1))', 'select read: a b > '],
    ['select ((select a from a)).x, (array(select 1 from b))[1]', 'select read: a b > '],
    ['select row((select 1 from a)), (select x from b)::text', 'select read: a b > '],
    [
      "select json_object('k': (select 1 from a)), json_array(select x from b)",
      'select read: a b > ',
    ],
    // set operations
    ['select * from a union select * from b', 'select read: a b > '],
    ['(select * from a limit 1) except all (table b intersect table c)', 'select read: a b c > '],
    ['values (1) union all select id from a order by 1', 'select read: a > '],
    // common table expressions
    ['with a as (select 1) select * from a', 'select read:  > '],
    ['with a as (select * from b) select * from a, c', 'select read: b c > '],
    ['with a as (select * from a) select * from a', 'select read: a > '],
    ['with a as (select 1) select * from s.a', 'select read: s.a > '],
    ['with a as (select 1), b as (select * from a) select * from b', 'select read:  > '],
    ['with b as (select * from a), a as (select 1) select * from a, b', 'select read: a > '],
    [
      'with recursive b as (select * from a), a as (select 1) select * from a, b',
      'select read:  > ',
    ],
    [
      'with recursive a as (select 1 union all select * from a) select * from a',
      'select read:  > ',
    ],
    [
      'with recursive a(n) as (select 1 union all select n + 1 from a, t) select * from a',
      'select read: t > ',
    ],
    ['select * from a, (with a as (select 1) select * from a) x', 'select read: a > '],
    ['select * from (with a as (select 1) select * from a) x, a', 'select read: a > '],
    [
      'with a as (select 1) select * from (with b as (select * from a) select * from a, b) x',
      'select read:  > ',
    ],
    [
      'with a as (select 1) select * from (with a as (select * from a) select * from a) x',
      'select read:  > ',
    ],
    [
      'with a as (with b as (select * from c) select * from b) select * from a, b',
      'select read: c b > ',
    ],
    ['with a as (select 1) select 1 where exists (select from a)', 'select read:  > '],
    ['with a as (select 1) select * from a union select * from a', 'select read:  > '],
    ['select * from b union (with b as (select 1) select * from b)', 'select read: b > '],
    ['(with b as (select 1) select * from b) union select * from b', 'select read: b > '],
    ['with "A" as (select 1) select * from a', 'select read: a > '],
    [
      'with a as (select 1) select * from (values ((select count(*) from a))) v',
      'select read:  > ',
    ],
    [
      'with recursive a as (select 1 as n union select n from a) search depth first by n set o cycle n set c using p select * from a',
      'select read:  > ',
    ],
    // changes
    ['insert into a values (1)', 'insert write:  > a'],
    ['insert into s.a default values', 'insert write:  > s.a'],
    ['insert into a (x) select x from b', 'insert write: b > a'],
    ['insert into a values ((select 1 from b))', 'insert write: b > a'],
    ['insert into a select * from a', 'insert write: a > a'],
    [
      'insert into a values (1) on conflict (id) do update set x = (select 1 from b) where exists (select from c)',
      'insert write: b c > a',
    ],
    [
      'insert into a values (1) on conflict do nothing returning (select 1 from b)',
      'insert write: b > a',
    ],
    ['with b as (select 1) insert into b select * from b', 'insert write:  > b'],
    ['insert into a with b as (select 1) select * from b, c', 'insert write: c > a'],
    ['update a set x = 1', 'update write:  > a'],
    ['update only s.a t set x = b.x from b where b.id = t.id', 'update write: b > s.a'],
    [
      'update a set (x, y) = (select 1, 2 from b) where id in (select id from c) returning (select 1 from d)',
      'update write: b c d > a',
    ],
    ['update a set x = 1 from a b', 'update write: a > a'],
    ['with a as (select 1) update a set x = (select 1 from a)', 'update write:  > a'],
    ['delete from a', 'delete write:  > a'],
    [
      'delete from a using b, s.c where exists (select from d) returning *',
      'delete write: b s.c d > a',
    ],
    ['merge into a using b on a.id = b.id when matched then delete', 'merge write: b > a'],
    [
      'merge into a using (select * from b) x on a.id = x.id when matched and exists (select from c) then update set x = (select 1 from d) when not matched then insert values ((select 1 from e)) returning merge_action()',
      'merge write: b c d e > a',
    ],
    [
      'with b as (select 1 as id) merge into a using b on a.id = b.id when matched then do nothing',
      'merge write:  > a',
    ],
    // data-modifying common table expressions
    ['with x as (delete from a returning *) select * from x', 'select write:  > a'],
    [
      'with x as (insert into a values (1) returning *), y as (update b set c = 1) select * from x, t',
      'select write: t > a b',
    ],
    ['with x as (delete from a returning *) insert into b select * from x', 'insert write:  > a b'],
    ['with a as (insert into a values (1) returning *) select * from a', 'select write:  > a'],
    [
      'with x as (merge into a using b on true when matched then delete returning 1) select 1',
      'select write: b > a',
    ],
    // the rest
    ['select * into b from a', 'select ddl: a > b'],
    ['select * into temp b from a union select * from c', 'select ddl: a c > b'],
    ['create table b as select * from a', 'ddl ddl: a > b'],
    ['create materialized view m as select * from a', 'ddl ddl: a > m'],
    [
      'create or replace view s.v as with x as (select * from a) select * from x',
      'ddl ddl: a > s.v',
    ],
    ['create table a (id int references b (id))', 'ddl ddl:  > a b'],
    ['alter table s.a add column x int', 'ddl ddl:  > s.a'],
    ['create index on a (x)', 'ddl ddl:  > a'],
    ['drop table a, s.b', 'ddl ddl:  > a s.b'],
    ['drop function f', 'ddl ddl:  > '],
    ['refresh materialized view m', 'ddl ddl:  > m'],
    ['grant select on a to b', 'ddl ddl: a > '],
    ['truncate a, s.b', 'truncate write:  > a s.b'],
    ['truncate a cascade', 'truncate unknown:  > a'],
    ['copy a from stdin', 'copy write:  > a'],
    ['copy a (x) from stdin where x in (select x from b)', 'copy write: b > a'],
    ['copy s.a to stdout', 'copy unknown: s.a > '],
    ['copy (select * from a) to stdout', 'copy unknown: a > '],
    ['copy (delete from a returning *) to stdout', 'copy unknown:  > a'],
    ['do $$ begin delete from a; end $$', 'do unknown:  > '],
    ['call p(1)', 'call unknown:  > '],
    ['explain select * from a', 'explain read: a > '],
    ['explain analyze select * from a', 'explain read: a > '],
    ['explain (analyze) delete from a', 'explain write:  > a'],
    ['explain analyze create table b as select * from a', 'explain ddl: a > b'],
    ['explain analyze execute p', 'explain unknown:  > '],
    ['prepare p as select * from a', 'prepare unknown: a > '],
    ['execute p', 'execute unknown:  > '],
    ['declare c cursor for select * from a', 'declare unknown: a > '],
    ['lock table a', 'lock unknown: a > '],
    ['show timezone', 'show read:  > '],
    ['set timezone = utc', 'set unknown:  > '],
    ['begin', 'transaction unknown:  > '],
    ['listen a', 'other unknown:  > '],
    ['vacuum a', 'other unknown:  > a'],
    ['', 'empty read:  > '],
    [' -- nothing', 'empty read:  > '],
    [';;', 'empty read:  > '],
    ['select * from a; select * from b', 'multiple read: a b > '],
    ['select * from a; delete from b', 'multiple write: a > b'],
    ['select * from a; do $$ begin end $$', 'multiple unknown: a > '],
    ['selec 1', 'unknown unknown:  > '],
    ['select "', 'unknown unknown:  > '],
    ['select 1\0; drop table a', 'unknown unknown:  > '],
  ])('%s', async (sql, expected) => {
    expect(await summary(sql)).toBe(expected)
  })
})

test('every name that can stand for a function is told', async () => {
  const facts = await statementFacts(
    'select t.full_name, (t).b.c, x operator(m.@@) y, z::money, z::m.kind[], a + b, only_column from t',
  )
  expect(facts.attributes).toEqual(['full_name', 'b', 'c'])
  expect(names(facts.operators)).toBe('m.@@ +')
  expect(names(facts.types)).toBe('money m.kind')
})

test('counts the statements of a text', async () => {
  const counts = await Promise.all(
    ['', 'select 1', 'select 1; delete from a;', 'oops'].map(statementFacts),
  )
  expect(counts.map((facts) => facts.statementCount)).toEqual([0, 1, 2, 0])
})

describe('the parser', () => {
  beforeAll(loadStatementFacts)

  test('answers at once when it is loaded, and remembers', async () => {
    const facts = statementFactsNow('select 1 as at_once')
    expect(facts?.access).toBe('read')
    expect(await statementFacts('select 1 as at_once')).toBe(facts)
  })

  test('survives texts nested deeper than its stack, and stays right', async () => {
    for (let round = 0; round < 5; round++) {
      const deep = `select ${'1+'.repeat(20_000 + round)}1`
      expect((await statementFacts(deep)).kind).toBe('unknown')
      expect(await summary(`with a as (select ${round}) select * from a, b`)).toBe(
        'select read: b > ',
      )
    }
  })

  test('a text that breaks it disturbs none that wait for it', async () => {
    const texts = Array.from({ length: 6 }, (_, at) =>
      at % 2 === 0 ? `select ${'1+'.repeat(30_000 + at)}1` : `select ${at} from waiting`,
    )
    const facts = await Promise.all(texts.map(statementFacts))
    expect(facts.map(({ kind }) => kind)).toEqual(
      texts.map((_, at) => (at % 2 ? 'select' : 'unknown')),
    )
  })

  test('takes texts of a megabyte', async () => {
    const list = Array.from({ length: 60_000 }, (_, at) => `$${at}`).join(', ')
    expect(await summary(`select * from a where id in (${list})`)).toBe('select read: a > ')
  })
})
