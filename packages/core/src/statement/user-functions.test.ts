import { testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FunctionSource } from './changes-session.js'
import { FUNCTION_NAMES } from './function-names.js'
import {
  CALLING_RELATIONS,
  type CallingRelation,
  FUNCTION_SOURCES,
  PASSAGES,
  type Passage,
  relationsWithCode,
} from './relations-with-code.js'
import { statementFacts } from './statement-facts.js'
import { mayCallUserFunction, type ServerNames } from './user-functions.js'

let client: pg.Client
let names: ServerNames
let stop: () => Promise<void>

beforeAll(async () => {
  const database = await testDatabase({ administrator: 'superuser' })
  client = new pg.Client(database.connectionString)
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
    create function m.one() returns int language sql as $$ select 1 $$;
    create function m.negative(int) returns int immutable language sql as $$ select -$1 $$;
    create domain m.amount as int check (m.positive(value));
    create type m.kind as enum ('a', 'b');
    create function m.on_change() returns trigger language plpgsql as $$ begin return new; end $$;
    create table m.triggered (id int primary key, total m.amount);
    create trigger changed before insert on m.triggered
      for each row execute function m.on_change();
    create table m.parent (id int primary key);
    create table m.child (parent_id int references m.parent on delete cascade,
      one int default m.one());
    create table m.divided (id int) partition by range (id);
    create table m.part partition of m.divided (check (m.positive(id))) for values from (1) to (9);
    create table m.indexed (id int);
    create index on m.indexed ((m.negative(id)));
    create function m.dynamic() returns trigger language plpgsql as
      $$ begin execute new.text; return new; end $$;
    create function m.settings() returns int language plpgsql as
      $$ begin set datestyle = 'SQL'; return 1; end $$;
    create function m.calls_settings() returns int language sql as $$ select m.settings() $$;
    create function m.locks() returns int language sql begin atomic
      select 1 from pg_advisory_lock(1); end;
    create function m.plain_update() returns trigger language plpgsql as $$
      begin update m.people set first = 'x'; perform set_masklen(inet '::1', 1); return new; end $$;
    create table m.commands (text text, n int default m.calls_settings());
    create table m.executed (text text);
    create trigger dynamic before insert on m.executed
      for each row execute function m.dynamic();
    create table m.touched (id int);
    create trigger plain after insert on m.touched for each row execute function m.plain_update();
    create view m.locking as select m.locks() as one;
    create view m.computed as select m.one() as one;
    create view m.of_computed as select one from m.computed;
    create view m.plain as select id, upper('x') as x from m.triggered;
    create type m.pair as (a int, b int);
    create function m.pair_text(m.pair) returns text language sql as $$ select set_config('a.b', 'c', false) $$;
    create cast (m.pair as text) with function m.pair_text as implicit;
    create table m.pairs (pairs m.pair[]);
    create view m.of_pairs as select pairs from m.pairs;
    create domain m.setting as text default m.calls_settings()::text;
    create table m.with_domain (id int, setting m.setting);
    create function m.key(int) returns int immutable language plpgsql as
      $$ begin return m.locks(); end $$;
    create table m.keyed (id int) partition by list (m.key(id));
    create function m.chained() returns trigger language plpgsql as
      $$ begin insert into m.executed values ('x'); return null; end $$;
    create table m.chain (id int);
    create trigger chained after insert on m.chain for each row execute function m.chained();
    create function m.annotated() returns trigger language plpgsql as
      $$ begin -- ---- why
        /* and * what */ reset /* all */ datestyle; return null; end $$;
    create table m.annotated (id int);
    create trigger annotated after insert on m.annotated
      for each row execute function m.annotated()`)
  names = await readNames()
})

afterAll(() => stop())

test('tells code that can change its session from code that cannot', () => {
  const onBoth = ['of_pairs', 'pairs', 'with_domain']
  expect([...names.alteringOnRead].sort()).toEqual(['locking', ...onBoth])
  expect([...names.alteringOnWrite].sort()).toEqual([
    ...['annotated', 'chain', 'commands', 'executed', 'keyed', ...onBoth],
  ])
  expect(names.codeOnWrite).toContain('touched')
  expect(names.alteringBehindBuiltIns).toBe(false)
})

test.each([
  "function m.upper(int) returns text language sql as $$ select set_config('a.b', 'c', false) $$",
  `function m.concat_key(text, int) returns text language sql as $$ select set_config($1, 'c', false) $$;
   create operator m.|| (leftarg = text, rightarg = int, function = m.concat_key)`,
])('knows code behind a built-in name: %s', async (definition) => {
  await client.query(`begin; create ${definition}`)
  const found = await readNames()
  await client.query('rollback')
  expect(found.alteringBehindBuiltIns).toBe(true)
  expect(mayCallUserFunction(await statementFacts('select 1'), found)).toBe(true)
})

async function readNames(): Promise<ServerNames> {
  const rows = async <Row extends pg.QueryResultRow>(text: string) =>
    (await client.query<Row>(text)).rows
  const functions = await rows<{ name: string; builtIn: boolean }>(FUNCTION_NAMES)
  return {
    builtIn: namesOf(functions.filter((row) => row.builtIn)),
    outside: namesOf(functions.filter((row) => !row.builtIn)),
    ...relationsWithCode(
      await rows<FunctionSource>(FUNCTION_SOURCES),
      await rows<CallingRelation>(CALLING_RELATIONS),
      await rows<Passage>(PASSAGES),
    ),
  }
}

function namesOf(rows: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(rows.map((row) => row.name))
}

test.each([
  'select 1',
  'select upper(first), count(*), pg_catalog.lower(last) from m.people',
  "select set_config('a.b', 'c', false), nextval('s'), random()",
  "select query_to_xml('select 1', true, true, '')",
  'select p.first, p.last || $1, (p).first from m.people p where p.first = any($1::text[])',
  "select extract(year from d), trim(a), coalesce(b, c), current_date, 'a'::kind, 1::int4 from t",
  'insert into m.people values (upper($1)) on conflict do nothing returning first',
  'select * from m.touched join m.parent using (id)',
  'select * from m.child join m.indexed on true join m.divided on true',
  'insert into m.people (first) values ($1)',
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
  'insert into m.triggered values (1)',
  'with x as (update triggered set id = id returning 1) select * from x',
  'delete from m.parent',
  'insert into m.child (parent_id) values (1)',
  'insert into m.divided values (1)',
  'insert into m.indexed values (1)',
  'insert into m.plain (id) values (1)',
  'select * from m.computed',
  'select total = $1 from m.triggered',
  'select * from m.plain',
  'select * from json_populate_record(null::m.people, $1)',
  'select * from of_computed as c',
  'do $$ begin end $$',
  'call p()',
  'execute s',
  'create table t (a int)',
  'select 1; select 2',
  'not sql',
])('may call one: %s', async (sql) => {
  expect(mayCallUserFunction(await statementFacts(sql), names)).toBe(true)
})
