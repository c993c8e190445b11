import { setTimeout as delay } from 'node:timers/promises'
import type { ComponentHealth, HealthProbe } from '../plugin/plugin.js'

export interface SystemHealth {
  readonly overall: 'healthy' | 'degraded' | 'unhealthy'
  readonly components: Readonly<Record<string, ComponentHealth>> & {
    readonly database: ComponentHealth
    readonly redis: ComponentHealth
  }
  readonly metrics: Readonly<Record<string, number>> & {
    readonly activeConnections: number
    /** Percent; 0 without a cache. */
    readonly cacheHitRate: number
  }
}

/** Every probe is given up after this long, so that health answers within a second. */
const PROBE_TIMEOUT_MS = 600

/** Asks a component; one that throws or hangs is unhealthy, with its latency so far. */
export async function probe(ask: HealthProbe): Promise<ComponentHealth> {
  const started = performance.now()
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
  const late = delay(PROBE_TIMEOUT_MS, undefined, { ref: false }).then(() => {
    throw new Error(`no answer within ${PROBE_TIMEOUT_MS} ms`)
  })
  try {
    const health = await Promise.race([ask(signal), late])
    return { latencyMs: elapsed(started), ...health }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { status: 'unhealthy', latencyMs: elapsed(started), message }
  } finally {
    late.catch(() => {})
  }
}

/** The database decides between healthy and unhealthy; anything else only degrades. */
export function overallOf(
  components: Readonly<Record<string, ComponentHealth>>,
): SystemHealth['overall'] {
  if (components.database?.status === 'unhealthy') return 'unhealthy'
  const ailing = Object.values(components).some(
    ({ status }) => status === 'unhealthy' || status === 'degraded',
  )
  return ailing ? 'degraded' : 'healthy'
}

function elapsed(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10
}
