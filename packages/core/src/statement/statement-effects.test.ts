import { expect, test } from 'vitest'
import { type QualifiedName, type StatementFacts, statementFacts } from './statement-facts.js'

function names(list: readonly QualifiedName[]): string {
  return list
    .map(({ schema, name }) => (schema === undefined ? name : `${schema}.${name}`))
    .join(' ')
}

type Flags = Partial<
  Pick<StatementFacts, 'access' | 'locksRows' | 'setsSession' | 'mayReplay' | 'mayCache'>
> & { readonly functions?: string; readonly volatile?: string }

const proven: Flags = { access: 'read', setsSession: false, mayReplay: true, mayCache: true }
const uncached: Flags = { ...proven, mayCache: false }
const writes: Flags = { access: 'write', setsSession: false, mayReplay: false, mayCache: false }
const anything: Flags = {
  access: 'unknown',
  setsSession: true,
  mayReplay: false,
  mayCache: false,
}

test.each<[string, Flags]>([
  [
    'select count(*), lower(a), sum(x) over w from t window w as (order by y)',
    { ...proven, functions: 'count lower sum', volatile: '' },
  ],
  [
    'select pg_catalog.lower(a), row_number() over () from t',
    { ...proven, functions: 'pg_catalog.lower row_number' },
  ],
  ["select to_char(a, 'YYYY'), jsonb_agg(t), date_trunc('day', a) from t", proven],
  [
    "select extract(year from a), trim(b), a at time zone 'utc', b like 'x' escape 'y', b similar to 'x', position('a' in b) from t",
    proven,
  ],
  [
    'select (a, b) overlaps (c, d), x between 1 and 2, y is distinct from z, nullif(a, b), q in (1, 2) from t',
    proven,
  ],
  [
    "select a @> b, c || d, e ->> 'x', f ? 'g', h ~* 'i', -j, k operator(pg_catalog.+) 1 from t",
    proven,
  ],
  ['select t.a, (t).b, t.c[1], d::uuid, e::status, \'x\' collate "C" from t', proven],
  ['select a from t order by a using <', proven],
  [
    "select json_value(a, '$.x' returning int), json_exists(a, '$'), a is json, xmlelement(name x, a) from t",
    proven,
  ],
  ['select grouping(a), mode() within group (order by b) from t group by rollup (a)', proven],
  ['select now()', { ...uncached, functions: 'now', volatile: '' }],
  ['select current_timestamp', uncached],
  ['select current_user', uncached],
  ["select * from t where at > 'now'", uncached],
  ["select * from t where day = 'today'::date", uncached],
  ["select current_setting('a.b')", uncached],
  ['select age(a) from t', uncached],
  ["select has_table_privilege('t', 'select')", uncached],
  ['select * from t tablesample bernoulli (1)', uncached],
  ['select * from pg_class', uncached],
  ['select * from pg_catalog.pg_class', uncached],
  ['select * from information_schema.tables', uncached],
  ['select random()', { ...uncached, functions: 'random', volatile: 'random' }],
  ['select clock_timestamp(), gen_random_uuid(), uuidv7(), uuidv4(), timeofday()', uncached],
  ['select pg_sleep(1)', uncached],
  ['show timezone', uncached],
  ['explain select * from a', uncached],
  ['', uncached],
  // changes something
  ["select nextval('s')", { ...writes, volatile: 'nextval' }],
  ["select * from a where id = currval('s')", writes],
  ["insert into a values (nextval('s'))", writes],
  ["select setval('s', 1), lastval()", writes],
  ["select pg_notify('a', 'b')", writes],
  ['select pg_current_xact_id(), txid_current()', writes],
  ['select pg_advisory_xact_lock(1)', writes],
  ['select * from a for update', { ...writes, locksRows: true }],
  ['select * from a for key share skip locked', { ...writes, locksRows: true }],
  ['select * from (select * from a for share) x', { ...writes, locksRows: true }],
  ['insert into a values (random())', { ...writes, volatile: 'random' }],
  ['select * from a', { locksRows: false }],
  // changes the session
  ["select set_config('role', 'x', false)", { ...writes, setsSession: true }],
  ["with x as (select set_config('role', 'x', false)) select 1", { ...writes, setsSession: true }],
  ['select setseed(0.5)', { ...writes, setsSession: true }],
  ['select pg_advisory_lock(1)', { ...writes, setsSession: true }],
  ['select pg_try_advisory_lock_shared(1)', { ...writes, setsSession: true }],
  ['select pg_advisory_unlock_all()', { ...writes, setsSession: true }],
  ["update pg_settings set setting = 'x' where name = 'role'", { ...writes, setsSession: true }],
  ["update pg_catalog.pg_settings set setting = 'x'", { ...writes, setsSession: true }],
  // may do anything
  ['select f(1)', { ...anything, functions: 'f', volatile: 'f' }],
  ['select m.lower(a) from t', { ...anything, functions: 'm.lower', volatile: 'm.lower' }],
  ['select "LOWER"(a) from t', anything],
  ['select * from f(1)', anything],
  ['select * from rows from (f(1), g(2)) x', { ...anything, functions: 'f g' }],
  ['insert into a values (f())', anything],
  ['delete from a where f(x) returning lower(y)', { ...anything, volatile: 'f' }],
  ["select query_to_xml('select 1', true, true, '')", anything],
  ["select table_to_xml('t', true, true, '')", anything],
  ["select ts_stat('select 1')", anything],
  ["select ts_rewrite(a, 'select 1') from t", anything],
  ['select lo_unlink(1)', anything],
  ["select dblink('a', 'b')", anything],
  ["select pg_read_file('x')", anything],
  ['select pg_terminate_backend(1)', anything],
  ['select a operator(m.+) b from t', anything],
  ['select a <=> b from t', anything],
  ['select * from t tablesample m.mine (1)', anything],
  ['select f(1) for update', { ...anything, locksRows: true }],
  ['do $$ begin end $$', anything],
  ['set role x', anything],
  ['prepare p as select 1', anything],
  ['execute p', anything],
  ['explain analyze execute p', anything],
  ['declare c cursor with hold for select 1', anything],
  ['discard all', anything],
  ['not sql', anything],
  ['select 1; select 2', { mayReplay: false, mayCache: false }],
  ['create temp table a (b int)', { access: 'ddl', setsSession: true, mayReplay: false }],
  ['select 1 into temp a', { access: 'ddl', setsSession: true, mayReplay: false }],
  ['select f(1) into a', { access: 'ddl' }],
  ['copy a from stdin', { setsSession: true, mayReplay: false }],
])('%s', async (sql, expected) => {
  const facts = await statementFacts(sql)
  const seen = {
    ...facts,
    functions: names(facts.functions),
    volatile: names(facts.volatileFunctions),
  }
  expect(seen).toMatchObject(expected)
})
