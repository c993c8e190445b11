import { expect, it } from 'vitest'
import type { OutsideEffect } from '../../script/migration-script.js'
import { describeEffect } from './describe-effect.js'
import { effectFromJson, effectToJson } from './effect-json.js'

const EFFECTS: readonly [effect: OutsideEffect, told: string][] = [
  [
    { kind: 'create-index', schema: undefined, table: 'itens', index: 'itens_nome' },
    'creates the index "itens_nome" on "itens"',
  ],
  [
    { kind: 'drop-index', schema: 'module_x', index: 'itens_nome', ifExists: true },
    'drops the index "module_x"."itens_nome"',
  ],
  [
    { kind: 'reindex', target: 'table', schema: undefined, name: 'itens' },
    'builds the table "itens" anew',
  ],
  [
    {
      kind: 'detach-partition',
      schema: undefined,
      table: 'vendas',
      partitionSchema: 's',
      partition: 'vendas_1',
    },
    'detaches the partition "s"."vendas_1" from "vendas"',
  ],
  [{ kind: 'repeatable' }, 'may be run any number of times'],
  [{ kind: 'unknown' }, 'has an effect that cannot be told afterwards'],
]

it.each(EFFECTS)('keeps and tells an effect: %j', (effect, told) => {
  const text = effectToJson(effect)
  expect(effectFromJson(text)).toEqual(effect)
  expect(effectFromJson(JSON.parse(text))).toEqual(effect)
  expect(describeEffect(effect)).toBe(told)
})

it.each([null, 1, '{"kind":"sweep"}', '{"kind":"create-index","table":1}', '{}', '[]'])(
  'takes what it cannot read for an effect nobody knows: %j',
  (value) => {
    expect(effectFromJson(value)).toEqual({ kind: 'unknown' })
  },
)
