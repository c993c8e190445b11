import { expect, it } from 'vitest'
import { timeText } from '../output/time-text.js'
import { progressLine } from './progress-text.js'

const of = { module: 'vendas', name: '003_itens' }
const holder = {
  pid: 4711,
  user: 'postgres',
  application: 'psql',
  host: '10.0.0.7',
  since: new Date('2026-11-22T20:31:38Z'),
  query: undefined,
}
const who = `pid 4711 (psql of postgres at 10.0.0.7, since ${timeText(holder.since)})`

it.each([
  [
    { kind: 'applied', ...of, done: 7, total: 12, durationMs: 18.4 },
    ' 7/12     18 ms  vendas/003_itens',
  ],
  [
    { kind: 'rolled-back', ...of, done: 1, total: 1, durationMs: 61_000 },
    '1/1  1 min 1 s  vendas/003_itens',
  ],
  [{ kind: 'resumed', ...of, done: 0, total: 3 }, 'vendas/003_itens'],
  [
    { kind: 'retrying', ...of, attempt: 1, pauseMs: 400, blockers: [holder] },
    `vendas/003_itens, try 2 in 400 ms, blocked by ${who}`,
  ],
  [{ kind: 'waiting', holder, waitedMs: 1200 }, `for ${who}, 1.2 s so far`],
  [{ kind: 'waiting', holder: undefined, waitedMs: 0.4 }, 'for another process, 0.4 ms so far'],
  [{ kind: 'types', files: 1 }, '1 file'],
] as const)('tells %j', (progress, detail) => {
  expect(progressLine(progress)?.detail).toBe(detail)
})

it('leaves out what only passes by', () => {
  expect(progressLine({ kind: 'planned', total: 3 })).toBeUndefined()
  expect(progressLine({ kind: 'started', ...of, done: 0, total: 3 })).toBeUndefined()
})
