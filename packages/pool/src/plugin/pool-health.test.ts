import { expect, it } from 'vitest'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'
import { poolHealth } from './pool-health.js'

const pools = new MultiPoolManager({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' })
const idle = pools.poolOf('vendas').getMetrics()
const budget = { ...pools.getBudget(), places: 12, ceiling: 12, used: 12 }
const busy = { ...idle, waitingClients: 7, longestWaitMs: 400, activeConnections: 10, max: 10 }

it('is healthy while nobody waits for long', () => {
  expect(poolHealth(budget, { vendas: idle })).toEqual({ status: 'healthy' })
  expect(poolHealth(budget, { vendas: { ...busy, longestWaitMs: 20 } })).toEqual({
    status: 'healthy',
  })
})

it.each([
  ['the budget is used up', budget, ['12', '7 callers', 'max_connections']],
  ['a module is at its maximum', { ...budget, used: 10 }, ['vendas (10)', '`max`']],
  ['logins take turns', { ...budget, shortage: 15 }, ['27 logins', '12', 'grade shared']],
  ['the server refuses more', { ...budget, ceiling: 8, used: 8 }, ['8', 'of 12']],
  ['the server is away', { ...budget, refusal: 'connect ECONNREFUSED' }, ['ECONNREFUSED']],
] as const)('is degraded where %s, with figures', (_, moment, words) => {
  const { status, message } = poolHealth(moment, { vendas: busy, estoque: idle })
  expect(status).toBe('degraded')
  for (const word of words) expect(message).toContain(word)
})
