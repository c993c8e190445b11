import type { ComponentHealth } from '@plataforma/core'
import type { PoolMetrics } from '../manager/module-pool.js'
import type { PoolBudget } from '../manager/pool-budget.js'

/** Waits below it are the ordinary business of a pool. */
const LONG_WAIT_MS = 100

export const REMEDY =
  'Raise the server’s max_connections or the budget, use logins of grade shared, or run fewer processes.'

/** Degraded where callers wait for want of connections, or the server gives none. */
export function poolHealth(
  budget: PoolBudget,
  metrics: Readonly<Record<string, PoolMetrics>>,
): ComponentHealth {
  const { ceiling, places, used, shortage, refusal } = budget
  if (refusal !== undefined) return degraded(`The server lets nobody in: ${refusal}`)
  const lowered = ceiling < places ? ` (of ${places}: the server refuses more)` : ''
  const within = `the budget of ${ceiling}${lowered} connections`
  if (shortage > 0) {
    return degraded(`${ceiling + shortage} logins take turns in ${within}. ${REMEDY}`)
  }
  const waiting = Object.entries(metrics).filter(
    ([, { longestWaitMs }]) => longestWaitMs >= LONG_WAIT_MS,
  )
  if (waiting.length === 0) return { status: 'healthy' }
  const callers = waiting.reduce((sum, [, { waitingClients }]) => sum + waitingClients, 0)
  if (used >= ceiling) return degraded(`${within} is used up, ${callers} callers wait. ${REMEDY}`)
  const full = waiting.filter(([, { activeConnections, max }]) => activeConnections >= max)
  if (full.length === 0) return degraded(`${callers} callers wait for connections to open.`)
  const names = full.map(([module, { max }]) => `${module} (${max})`).join(', ')
  return degraded(`Callers wait at the \`max\` of ${names}. Raise it, or finish work sooner.`)
}

function degraded(message: string): ComponentHealth {
  return { status: 'degraded', message: message.charAt(0).toUpperCase() + message.slice(1) }
}
