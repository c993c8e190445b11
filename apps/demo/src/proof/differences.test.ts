import { expect, test } from 'vitest'
import { differences } from './differences.js'

const contents = { tenantId: 't1', module: 'vendas', table: 'pedidos', rows: 3, fingerprint: '7' }

test('equal contents give no difference, in whatever order they come', () => {
  const other = { ...contents, table: 'clientes' }
  expect(differences([contents, other], [other, contents])).toEqual([])
})

test.each([
  ['too many rows', { ...contents, rows: 4 }, '4 rows seen, 3 expected'],
  ['too few rows', { ...contents, rows: 2 }, '2 rows seen, 3 expected'],
  ['as many, but other rows', { ...contents, fingerprint: '8' }, 'others than expected'],
])('%s are a difference', (_, seen, words) => {
  expect(differences([contents], [seen])).toEqual([expect.stringContaining(words)])
})

test('a table without rows is no difference, though the auditor has no group for it', () => {
  expect(differences([], [{ ...contents, rows: 0, fingerprint: '0' }])).toEqual([])
})

test('a table that is not seen at all, and one that nobody expects, are differences', () => {
  expect(differences([contents], [])).toEqual([
    'vendas.pedidos of tenant t1: 0 rows seen, 3 expected',
  ])
  expect(differences([], [contents])).toEqual([
    'vendas.pedidos of tenant t1: 3 rows seen, 0 expected',
  ])
})
