import { expect, test } from 'vitest'
import type { DemoResult } from '../demo-result.js'
import type { Style } from './style.js'
import { summary } from './summary.js'

const plain = (text: string) => text
const PLAIN: Style = {
  bold: plain,
  dim: plain,
  good: plain,
  bad: plain,
  warn: plain,
  accent: plain,
}

const LATENCY = { count: 40, p50: 1.234, p95: 12.34, p99: 123.4, max: 1234 }

const APPLIED = { module: 'vendas', version: '1.0.0', durationMs: 20 }

const RESULT: DemoResult = {
  migrations: {
    run: {
      applied: [
        { ...APPLIED, name: '001_create_clientes' },
        { ...APPLIED, module: 'estoque', name: '002_create_saldos' },
      ],
      modules: ['vendas', 'estoque'],
      warnings: [],
      durationMs: 1_234,
    },
    again: { applied: [], modules: [], warnings: [], durationMs: 12.3 },
  },
  modules: [{ name: 'vendas', tables: 4, rows: 12_345 }],
  workload: {
    seconds: 20,
    tenants: 2,
    refused: 1,
    total: LATENCY,
    modules: new Map([['vendas', LATENCY]]),
    operations: new Map([['vendas: place an order', LATENCY]]),
  },
  attempts: [{ what: 'read an order', held: true, answer: 'PLT_PERMISSION_DENIED · 42501' }],
  isolation: { compared: 8, differences: [] },
  consistency: [{ what: 'every order has its bill', violations: 0 }],
  pools: {
    budget: {
      kind: 'shared',
      places: 30,
      capacity: 95,
      processes: 1,
      connected: true,
      ceiling: 30,
      used: 12,
      shortage: 0,
      logins: 24,
      refusal: undefined,
    },
    mostUsed: 28,
    change: { module: 'vendas', from: 4, to: 8, waitBefore: 3 },
    modules: [
      [
        'vendas',
        {
          activeConnections: 1,
          idleConnections: 1,
          totalConnections: 2,
          waitingClients: 0,
          longestWaitMs: 0,
          totalQueries: 1_500,
          avgQueryTime: 2.345,
          queryTimePercentiles: { p50: 1, p95: 2, p99: 3 },
          waitTimePercentiles: { p50: 0.1, p95: 4.5, p99: 6 },
          timeouts: 0,
          turnedAway: 0,
          min: 0,
          max: 8,
          share: 3,
        },
      ],
    ],
  },
  health: {
    overall: 'healthy',
    components: { redis: { status: 'disabled' }, database: { status: 'healthy', latencyMs: 1.5 } },
    metrics: { activeConnections: 1, cacheHitRate: 0 },
  },
  tookMs: 34_567,
}

function textOf(result: DemoResult): string {
  return summary(result, PLAIN).join('\n')
}

test('figures stand in their units, modules in their lines, and the proof in words', () => {
  const text = textOf(RESULT)
  expect(text).toMatch(/vendas +4 +12,345 +40 +2\.0 +1\.23 +12\.3 +123\n/)
  expect(text).toContain('✓ 2 migrations of 2 modules in 1.2 s')
  expect(text).toContain('    vendas 001 · estoque 002\n')
  expect(text).toContain('✓ asked for again: nothing to do, said in 12.3 ms')
  expect(text).toContain('✓ 8 comparisons with what the auditor sees: no difference')
  expect(text).toContain('✓ read an order  PLT_PERMISSION_DENIED · 42501')
  expect(text).toContain('(1 order ran out of stock and was undone in all three modules)')
  expect(text).toContain('budget 30 connections of the 95 that the server has, 28 in use at once')
  expect(text).toContain('✓ vendas was given 8 connections instead of 4 while all worked')
  expect(text).toMatch(/vendas +8 +3 +1,500 +2\.35 +0\.10 +4\.50/)
  expect(text).toContain('database healthy in 1.50 ms')
  expect(text).toContain('nothing else. (34.6 s in all)')
  expect(text).not.toContain('✗')
})

test.each<[string, Partial<DemoResult>, string]>([
  [
    'a difference',
    { isolation: { compared: 8, differences: ['crm.leads of tenant t: 9 rows seen, 3 expected'] } },
    'crm.leads of tenant t: 9 rows seen, 3 expected',
  ],
  [
    'an attempt that came through',
    { attempts: [{ what: 'read an order', held: false, answer: '2 rows of others' }] },
    '✗ read an order  2 rows of others',
  ],
  [
    'half a transaction',
    { consistency: [{ what: 'every order has its bill', violations: 2 }] },
    '✗ every order has its bill: 2 violations',
  ],
  ['nothing compared', { isolation: { compared: 0, differences: [] } }, 'The proof failed'],
])('%s is shown, and the last line says that the proof failed', (_, change, words) => {
  const text = textOf({ ...RESULT, ...change })
  expect(text).toContain(words)
  expect(text).toContain('The proof failed: see the lines marked ✗ above.')
})
