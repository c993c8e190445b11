import { expect, it } from 'vitest'
import { parseScript } from './parse-script.js'

const parse = (text: string, extensions?: readonly string[]) =>
  parseScript({ module: 'vendas', name: '001_a', place: 'a.sql', text }, { extensions })

it.each([
  'create extension pg_trgm',
  'create extension if not exists "uuid-ossp" with schema extensions version \'1.1\'',
  'create extension if not exists plpgsql with schema pg_catalog',
  'alter extension pg_trgm update',
  'drop extension if exists citext, hstore',
  "comment on extension ltree is 'trees'",
])('runs as the administrator: %s', async (text) => {
  expect((await parse(`select 1; ${text}`)).up.map(({ runsAs }) => runsAs)).toEqual([
    'owner',
    'administrator',
  ])
})

it.each([
  ['create extension dblink', '"dblink" is not one'],
  ['create extension file_fdw', '"file_fdw" is not one'],
  ['drop extension hstore, dblink', '"dblink" is not one'],
  ['alter extension dblink update', '"dblink" is not one'],
  ["comment on extension dblink is 'x'", '"dblink" is not one'],
  ['create extension pg_trgm schema public', 'not in "public"'],
  ['create extension if not exists hstore with schema module_auth', 'not in "module_auth"'],
  ['create extension plpgsql with schema a', 'not in "a"'],
  ['create extension pg_trgm cascade', 'that nobody has named'],
  ['drop extension pg_trgm cascade', 'what other modules have'],
  ['alter extension pg_trgm set schema public', 'Extensions are in schema "extensions"'],
  ['alter extension pg_trgm add function f()', 'what belongs to an extension'],
  ['alter extension pg_trgm drop function f()', 'what belongs to an extension'],
])('refuses %s', async (text, message) => {
  await expect(parse(text)).rejects.toMatchObject({
    code: 'PLT_MIGRATION_INVALID',
    message: expect.stringContaining(message),
    remedy: expect.any(String),
  })
})

it('takes what the options allow', async () => {
  expect((await parse('create extension dblink', ['dblink'])).up).toHaveLength(1)
})
