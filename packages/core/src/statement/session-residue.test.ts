import { expect, it } from 'vitest'
import { sessionResidue } from './session-residue.js'

it.each([
  'select 1',
  'update itens set nome = $1',
  'insert into itens default values on conflict (id) do update set nome = $1',
  'set local work_mem = 1',
  'set constraints all immediate; reset all; reset role',
  'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
  'begin; set constraints all deferred; commit',
  "select set_config('a.b', $1, true)",
  'select pg_advisory_xact_lock(1)',
  'create table temperatures (template text)',
  'select pg_advisory_unlock(1)',
  "prepare transaction 'a'",
  'reset role; discard temp',
  'DISCARD /* all */ PLANS',
])('%s leaves nothing', (sql) => {
  expect(sessionResidue(sql)).toBe('none')
})

it.each([
  'set work_mem = 1',
  '/* why */ SET ROLE auditor',
  'select 1; -- then\n set a.b = 1',
  'set session authorization auditor',
  "select set_config('a.b', 'c', false)",
  "select set_config('a.b', 'c', true), set_config('a.b', 'c', $1)",
  'select pg_advisory_lock(1)',
  'select pg_try_advisory_lock_shared(1)',
])('%s leaves settings', (sql) => {
  expect(sessionResidue(sql)).toBe('settings')
})

it.each([
  'create temp table a ()',
  'CREATE OR REPLACE TEMPORARY VIEW a AS SELECT 1',
  'select 1 into temp a',
  'listen a',
  'prepare a as select 1',
  'declare a cursor with hold for select 1',
  'select 1; do $$ begin end $$',
  'call a()',
  "load 'auto_explain'",
])('%s leaves anything', (sql) => {
  expect(sessionResidue(sql)).toBe('anything')
})
