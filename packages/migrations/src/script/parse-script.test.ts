import type { PlataformaError } from '@plataforma/core'
import { expect, it } from 'vitest'
import { type ParseScriptOptions, parseScript } from './parse-script.js'

const parse = (text: string, options?: ParseScriptOptions) =>
  parseScript(
    { module: 'vendas', name: '001_a', place: 'migrations/vendas/001_a.sql', text },
    options,
  )

const textsOf = (statements: readonly { readonly text: string }[] | undefined) =>
  statements?.map(({ text }) => text)

/** The error of a text. */
async function refusal(text: string, options?: ParseScriptOptions) {
  const error = await parse(text, options).then(
    () => undefined,
    (refused: PlataformaError) => refused,
  )
  const { code, message = '', remedy, sqlState, details } = error ?? {}
  return { code, message, remedy, sqlState, line: details?.line, column: details?.column }
}

it('cuts a script where the server would', async () => {
  const { up, down, downText } = await parse(`-- @metadata {"version": "1.0.0"}
CREATE TABLE clientes (nome text DEFAULT ';');
/* ; */
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$
BEGIN
  -- @down
  RETURN ';'::text; END
$body$;
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;;
-- last
INSERT INTO clientes VALUES ('ação; 😀'), (E'\\';'); SELECT 1 -- fim

-- @down
DROP TABLE clientes;
DROP FUNCTION f
`)
  expect(up.map(({ line, tag }) => [line, tag])).toEqual([
    [2, 'CreateStmt'],
    [4, 'CreateFunctionStmt'],
    [9, 'CreateFunctionStmt'],
    [11, 'InsertStmt'],
    [11, 'SelectStmt'],
  ])
  expect(up[3]?.text).toBe("INSERT INTO clientes VALUES ('ação; 😀'), (E'\\';')")
  expect(up[4]?.text).toBe('SELECT 1')
  expect(textsOf(down)).toEqual(['DROP TABLE clientes', 'DROP FUNCTION f'])
  expect(down?.map(({ line }) => line)).toEqual([14, 15])
  expect(downText).toBe('DROP TABLE clientes;\nDROP FUNCTION f')
})

it('finds each statement at its offset, also behind characters of several bytes', async () => {
  const text = "select 'é';\nselect '😀😀';  select 'ação' -- 😀\n;\n-- @down\nselect 'ü'; select 2"
  const { up, down = [] } = await parse(text)
  const statements = [...up, ...down]
  expect(statements).toHaveLength(5)
  for (const { text: statement, offset } of statements) {
    expect(text.slice(offset, offset + statement.length)).toBe(statement)
  }
})

it.each([
  ['nothing', ''],
  ['blanks', ' \n\t\n'],
  ['comments', '-- @metadata {}\n/* nothing */\n'],
  ['semicolons', ';;;'],
])('takes %s for no statements', async (_, text) => {
  expect(await parse(text)).toEqual({ up: [], down: undefined, downText: undefined })
})

it('has an empty down where nothing stands below the marker', async () => {
  expect(await parse('select 1;\n-- @down\n-- nothing to do\n')).toMatchObject({
    down: [],
    downText: '-- nothing to do',
  })
})

it.each([
  ['a string', "select '\n-- @down\n';"],
  ['a body', 'do $$ begin\n-- @down\nend $$;'],
  ['a comment', '/*\n-- @down\n*/ select 1;'],
  ['a nested comment', '/* /* */\n-- @down\n*/ select 1;'],
  ['a name', 'select 1 as "\n-- @down\n";'],
])('sees no marker in %s', async (_, text) => {
  const { up, down } = await parse(text)
  expect(up).toHaveLength(1)
  expect(down).toBeUndefined()
  const behind = await parse(`${text}\n-- @down\nselect 2;`)
  expect(behind.up).toHaveLength(1)
  expect(textsOf(behind.down)).toEqual(['select 2'])
})

it.each(['-- @down', '--@down', '--\t@down  ', '  -- @down', '-- @DOWN'])(
  'takes "%s" for the marker',
  async (marker) => {
    const { up, down } = await parse(`select 1\n${marker}\nselect 2`)
    expect([textsOf(up), textsOf(down)]).toEqual([['select 1'], ['select 2']])
  },
)

it.each([
  ['two', 'select 1;\n-- @down\nselect 2;\n-- @down\n', 'second "-- @down"', 4, 1],
  ['one behind code', 'select 1; -- @down\nselect 2;', 'shares its line', 1, 11],
  ['one with words', 'select 1;\n-- @down of it\nselect 2;', 'shares its line', 2, 1],
  ['one of three dashes', 'select 1;\n--- @down\nselect 2;', 'shares its line', 2, 1],
  ['that of dbmate', '-- migrate:up\nselect 1;\n-- migrate:down\n', 'another tool', 1, 1],
  ['that of goose', '-- +goose Up\nselect 1;', 'another tool', 1, 1],
])('refuses %s for a marker', async (_, text, message, line, column) => {
  expect(await refusal(text)).toMatchObject({
    code: 'PLT_MIGRATION_INVALID',
    message: expect.stringContaining(message),
    line,
    column,
  })
})

it('points at what is no SQL', async () => {
  expect(await refusal("select 'ação 😀';\ncreate tabel a ();\n")).toEqual({
    code: 'PLT_MIGRATION_INVALID',
    message: [
      'PostgreSQL cannot read the SQL: syntax error at or near "tabel".',
      'migrations/vendas/001_a.sql:2:8',
      '2 | create tabel a ();',
      '  |        ^',
    ].join('\n'),
    remedy: 'Correct the SQL at the caret, or just before it.',
    sqlState: '42601',
    line: 2,
    column: 8,
  })
})

it.each([
  ['behind an emoji', "select '😀', a b c", 1, 18],
  ['in the down', "select 'é';\n-- @down\ndrop tabel a;", 3, 6],
  ['at the end', 'create table a (id int', 1, 23],
  ['an open string', "select 1;\nselect 'abc", 2, 8],
  ['an open string before a marker', "select 'abc;\n-- @down\nselect 1", 1, 8],
  ['an open body', 'do $$ begin\n-- @down\n', 1, 4],
  ['an open comment', 'select 1 /* \n-- @down\n', 1, 10],
])('points at an error %s', async (_, text, line, column) => {
  expect(await refusal(text)).toMatchObject({ code: 'PLT_MIGRATION_INVALID', line, column })
})

it.each([
  ['parentheses', `select ${'('.repeat(60_000)}1${')'.repeat(60_000)}`],
  ['a sum', `select ${'1+'.repeat(200_000)}1`],
])('parses after %s nested too deeply', async (_, text) => {
  expect(await refusal(text)).toMatchObject({ message: expect.stringContaining('nested') })
  expect((await parse('select 1')).up).toHaveLength(1)
})

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: what other tools fill in
it.each([
  ['\\i other.sql', '"\\i" is a command of psql', 1, 1],
  ['select 1;\n  \\set x 1\n', '"\\set" is a command of psql', 2, 3],
  ['\\restrict abc\nselect 1;', '"\\restrict" is a command of psql', 1, 1],
  ['select 1 \\gset', '"\\gset" is a command of psql', 1, 10],
  ['grant select on a to :role;', '":role" is a variable of psql', 1, 22],
  ["select :'name'", `":'name'" is a variable of psql`, 1, 8],
  ['create table ${schema}.a ();', '"${schema}" is a placeholder', 1, 14],
  ['create table {{schema}}.a ();', '"{{schema}}" is a placeholder', 1, 14],
  ['copy a (id, b) from stdin;\n1\tfoo\n\\.\n', 'FROM stdin takes its rows from psql', 1, 1],
  ['select 1;\nCOPY a FROM stdin;\n\\.\n', 'FROM stdin takes its rows from psql', 2, 1],
  ['copy a from stdin', 'FROM stdin takes its rows from psql', 1, 1],
  ['copy a to stdout', 'TO stdout sends rows that nobody reads', 1, 1],
])('knows what only a client can do: %s', async (text, message, line, column) => {
  expect(await refusal(text)).toMatchObject({
    message: expect.stringContaining(message),
    line,
    column,
  })
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: what other tools fill in

it.each<readonly [string, string]>([
  ...['begin', 'commit', 'rollback', 'start transaction', "prepare transaction 'a'"].map(
    (text) => [text, 'cannot begin or end transactions'] as const,
  ),
  ['savepoint a', 'cannot set savepoints'],
  ['release a', 'cannot set savepoints'],
  ...[
    'set role a',
    'set local role a',
    'SET ROLE NONE',
    'reset role',
    "set role to 'a'",
    'set "role" = a',
    'set session authorization a',
    'set local session authorization a',
    'reset session authorization',
    "select set_config('role', 'a', false)",
    "select 1 where pg_catalog.set_config('ROLE'::text, 'a', true) = 'a'",
    "with a as (select set_config('session_authorization', 'a', false)) select * from a",
    'do $$ begin reset role; end $$',
    'do $$ begin if true then set local role a; end if; end $$',
    'do $$ begin /* a */ set session authorization a; end $$',
    'do $$ begin set session session authorization a; end $$',
    "do $$ begin perform set_config('role', 'a', true); end $$",
    "do $$ begin execute 'reset role'; end $$",
    "do $$ begin execute format('SET LOCAL ROLE %I', 'a'); end $$",
    'do $$ begin execute $a$ set session authorization a $a$; end $$',
    "do $$ begin update pg_catalog.pg_settings set setting = 'a' where name = 'role'; end $$",
    'do $$ begin create or replace function f() returns int set role a return 1; end $$',
    'do $$ begin alter role a set role b; end $$',
    'create function f() returns void language plpgsql as $$ begin set role a; end $$',
    'create procedure f() language plpgsql as $$ begin <<a>> reset role; end $$',
    "create function f() returns void as 'select 1; set local role a' language sql",
    "create function f() returns text return set_config('role', 'a', true)",
    "create function f() returns text begin atomic select set_config('role', 'a', true); end",
    "create or replace function f() returns int language sql set role = 'a' as 'select 1'",
    'create procedure f() language plpgsql set session_authorization to a as $$ begin end $$',
    'alter function f() set role to a',
    'alter role a set role b',
    'alter role a in database d set role = b',
    "alter database d set role to 'a'",
    "update pg_settings set setting = 'a' where name = 'role'",
    "with a as (update pg_catalog.pg_settings set setting = 'a') select 1",
  ].map((text) => [text, 'cannot change the role'] as const),
  ['set standard_conforming_strings = off', 'standard_conforming_strings" on'],
  ['set local standard_conforming_strings to 0', 'standard_conforming_strings" on'],
  ['reset all', 'cannot reset its session'],
  ['discard all', 'cannot reset its session'],
  ['create index concurrently on a (b)', 'needs a name'],
])('refuses %s', async (text, message) => {
  expect(await refusal(`select 1;\n${text};`)).toMatchObject({
    code: 'PLT_MIGRATION_INVALID',
    message: expect.stringContaining(message),
    remedy: expect.any(String),
    line: 2,
    column: 1,
  })
})

it('takes what only looks like it', async () => {
  const { up } = await parse(`
    set local search_path = a;
    reset search_path;
    select set_config('search_path', '', false);
    discard temp;
    create index on a (b);
    do $$ begin commit; update a set role = 'b'; -- set role a
      insert into a (role) values ('c') on conflict (role) do update set role = 'd'; end $$;
    copy a from '/data/a';
    select 'set role a; begin; \\i';
    create role a;
    alter role a set search_path = b;
    set standard_conforming_strings = on;
    create function f() returns int language plpgsql security definer
      set search_path = a, pg_temp set lock_timeout = '1s' as $$
      declare role text := current_setting('role'); query text := 'set role a';
      begin
        set local search_path = a; perform set_config('search_path', 'role', true);
        update a set role = role where role = 'b'; update only a as b set role = 'c';
        execute 'update a set role = $1' using role; execute format('grant %I to b', role);
        select setting from pg_settings where name = 'role';
        if role = 'a' then update a set role = 'b'; else reset lock_timeout; end if;
        raise notice 'set role a'; create table b (role text); alter table a alter role set default 'a';
        create role c; alter role a rename to b; comment on column a.role is 'reset role';
        return 1; end $$;
    create function g() returns void language sql as 'update a set role = 1; select role from b';
    create function h() returns text language sql return current_setting('role');
    create function i() returns trigger language c as 'role', 'set_role';
    create rule r as on update to v do instead update a set role = 'b';
  `)
  expect(up).toHaveLength(16)
})

it('refuses "transaction": true for what cannot run in one', async () => {
  const text = 'create table a ();\n-- @down\nselect 1;\ndrop index concurrently b;'
  expect(await refusal(text, { transaction: true })).toMatchObject({
    message: expect.stringContaining('"transaction": true'),
    line: 4,
  })
  expect(await parse(text, { transaction: false })).toBeDefined()
  expect(await parse(text)).toBeDefined()
})

it('tells what may commit by itself', async () => {
  const { up } = await parse(`
    do $$ begin commit; end $$; do $$ begin call a(); end $$; do language plperl 'spi_commit()';
    call a(); do $$ begin perform a(); end $$; select 1;`)
  expect(up.map(({ mayCommit }) => mayCommit)).toEqual([true, true, true, true, false, false])
})

it('reads a big script with characters of several bytes in one go', async () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => `insert into a values ('ç${index}');`)
  const { up } = await parse(rows.join('\n'))
  expect(up.at(-1)).toMatchObject({ text: "insert into a values ('ç19999')", line: 20_000 })
})
