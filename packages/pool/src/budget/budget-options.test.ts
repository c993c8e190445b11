import { expect, it } from 'vitest'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'

const connectionString = 'postgresql://nobody@localhost:1/none'

it.each([
  ['budget', 0],
  ['budget', 1.5],
  ['budget', '20'],
  ['budget', null],
  ['budget.connections', { connections: 0 }],
  ['budget.connections', { connections: 2, processes: 3 }],
  ['budget.processes', { processes: -1 }],
  ['budget.group', { group: 'a group' }],
  ['budget.group', { group: 'x'.repeat(25) }],
  ['budget.share', { share: 1 }],
])('refuses as %s: %j', (key, budget) => {
  expect(() => new MultiPoolManager({ connectionString, budget: budget as never })).toThrow(
    expect.objectContaining({ code: 'PLT_CONFIG_INVALID', details: { key } }),
  )
})

it('refuses a pooler that nobody knows', () => {
  expect(() => new MultiPoolManager({ connectionString, pooler: 'statement' as never })).toThrow(
    expect.objectContaining({ code: 'PLT_CONFIG_INVALID', details: { key: 'pooler' } }),
  )
})
