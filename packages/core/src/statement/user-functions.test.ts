import { testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FUNCTION_NAMES } from './function-names.js'
import { statementFacts } from './statement-facts.js'
import { mayCallUserFunction, type ServerNames } from './user-functions.js'

let names: ServerNames
let stop: () => Promise<void>

beforeAll(async () => {
  const database = await testDatabase({ administrator: 'superuser' })
  const client = new pg.Client(database.connectionString)
  await client.connect()
  stop = async () => {
    await client.end()
    await database.drop()
  }
  await client.query(`
    create schema m;
    create table m.people (first text, last text);
    create function m.full_name(m.people) returns text language sql as $$ select $1.first $$;
    create function m.lower(m.people) returns text language sql as $$ select $1.first $$;
    create function m.equal(m.people, m.people) returns boolean language sql as $$ select true $$;
    create operator m.=== (leftarg = m.people, rightarg = m.people, function = m.equal);
    create function m.positive(int) returns boolean language sql as $$ select $1 > 0 $$;
    create domain m.amount as int check (m.positive(value));
    create type m.kind as enum ('a', 'b')`)
  const { rows } = await client.query<{ name: string; builtIn: boolean }>(FUNCTION_NAMES)
  const named = (builtIn: boolean): ReadonlySet<string> =>
    new Set(rows.filter((row) => row.builtIn === builtIn).map((row) => row.name))
  names = { builtIn: named(true), outside: named(false) }
})

afterAll(() => stop())

test.each([
  'select 1',
  'select upper(first), count(*), pg_catalog.lower(last) from m.people',
  "select set_config('a.b', 'c', false), nextval('s'), random()",
  "select query_to_xml('select 1', true, true, '')",
  'select p.first, p.last || $1, (p).first from m.people p where p.first = any($1::text[])',
  "select extract(year from d), trim(a), coalesce(b, c), current_date, 'a'::kind, 1::int4 from t",
  'insert into m.people values (upper($1)) on conflict do nothing returning first',
  'show timezone',
  '',
])('calls none: %s', async (sql) => {
  expect(mayCallUserFunction(await statementFacts(sql), names)).toBe(false)
})

test.each([
  'select m.anything(1)',
  'select positive(1)',
  'select no_such_function(1)',
  'select lower(p) from m.people p',
  'select p.full_name from m.people p',
  'select (p).full_name from m.people p',
  'select (select p from m.people p limit 1).full_name',
  'select 1 from m.people a, m.people b where a === b',
  'select a operator(m.=) b from t',
  'select $1::amount',
  'select cast($1 as m.amount[])',
  'with x as (delete from t where positive(id) returning 1) select * from x',
  'merge into t using s on positive(s.id) when matched then delete',
  'select * from positive(1)',
  'do $$ begin end $$',
  'call p()',
  'execute s',
  'create table t (a int)',
  'select 1; select 2',
  'not sql',
])('may call one: %s', async (sql) => {
  expect(mayCallUserFunction(await statementFacts(sql), names)).toBe(true)
})
