import { expect, it } from 'vitest'
import { parseScript } from './parse-script.js'

const outsideOf = async (text: string) => {
  const script = await parseScript({ module: 'vendas', name: '001_a', place: 'a.sql', text })
  return script.up[0]?.outside
}

it.each([
  [
    'create unique index concurrently if not exists i on s.t (a)',
    { kind: 'create-index', schema: 's', table: 't', index: 'i' },
  ],
  [
    'create index concurrently i on t (a)',
    { kind: 'create-index', schema: undefined, table: 't', index: 'i' },
  ],
  [
    'drop index concurrently if exists s.i',
    { kind: 'drop-index', schema: 's', index: 'i', ifExists: true },
  ],
  [
    'drop index concurrently "I"',
    { kind: 'drop-index', schema: undefined, index: 'I', ifExists: false },
  ],
  ['reindex index concurrently s.i', { kind: 'reindex', target: 'index', schema: 's', name: 'i' }],
  [
    'reindex (verbose, concurrently) table t',
    { kind: 'reindex', target: 'table', schema: undefined, name: 't' },
  ],
  [
    'reindex (concurrently true) schema s',
    { kind: 'reindex', target: 'schema', schema: undefined, name: 's' },
  ],
  [
    'alter table s.t detach partition p.q concurrently',
    {
      kind: 'detach-partition',
      schema: 's',
      table: 't',
      partitionSchema: 'p',
      partition: 'q',
    },
  ],
])('tells what is left by %s', async (text, effect) => {
  expect(await outsideOf(text)).toEqual(effect)
})

it.each([
  ['reindex schema s', 'repeatable'],
  ['reindex database d', 'repeatable'],
  ['reindex system', 'repeatable'],
  ['vacuum', 'repeatable'],
  ['vacuum (full, analyze) t', 'repeatable'],
  ['cluster', 'repeatable'],
  ['cluster verbose', 'repeatable'],
  ["alter system set work_mem = '1MB'", 'repeatable'],
  ['alter system reset all', 'repeatable'],
  ['alter database d set tablespace t', 'repeatable'],
  ['alter subscription s refresh publication', 'repeatable'],
  ['alter subscription s set publication p', 'repeatable'],
  ['alter subscription s set (two_phase = true)', 'repeatable'],
  ['alter subscription s add publication p', 'unknown'],
  ["create subscription s connection '' publication p", 'unknown'],
  ["create subscription s connection '' publication p with (create_slot)", 'unknown'],
  ['drop subscription s', 'unknown'],
  ['create database d', 'unknown'],
  ['drop database if exists d', 'unknown'],
  ["create tablespace t location '/t'", 'unknown'],
  ['drop tablespace t', 'unknown'],
])('knows that %s runs outside', async (text, kind) => {
  expect(await outsideOf(text)).toEqual({ kind })
})

it.each([
  'create index i on t (a)',
  'drop index i',
  'drop table t',
  'reindex index i',
  'reindex (concurrently false) table t',
  'analyze t',
  'cluster t using i',
  'alter table t detach partition q',
  'alter table t detach partition q finalize',
  'alter table t attach partition q for values in (1)',
  'alter database d set work_mem = 1000',
  'alter database d connection limit 3',
  'refresh materialized view concurrently m',
  "alter type e add value 'x'",
  "create subscription s connection '' publication p with (create_slot = false)",
  "create subscription s connection '' publication p with (connect = false)",
  'alter subscription s set publication p with (refresh = false)',
  'alter subscription s disable',
  'create role r',
])('leaves %s inside', async (text) => {
  expect(await outsideOf(text)).toBeUndefined()
})
