import type { ModuleName } from '../modules/modules.js'
import { Latencies, type LatencySummary } from './latencies.js'

/** One operation that was done. */
export interface Measurement {
  readonly module: ModuleName
  readonly operation: string
  readonly tenantId: string
  readonly milliseconds: number
  readonly refused: boolean
}

/** What was done so far. */
export interface WorkloadFigures {
  readonly seconds: number
  /** How many tenants took part. */
  readonly tenants: number
  /** How many operations a rule of the business stopped. */
  readonly refused: number
  readonly total: LatencySummary
  readonly modules: ReadonlyMap<ModuleName, LatencySummary>
  /** By `module: operation`. */
  readonly operations: ReadonlyMap<string, LatencySummary>
}

/** Adds up what the workload does, while it does it. */
export class Measurements {
  readonly #started = performance.now()
  readonly #total = new Latencies()
  readonly #modules = new Map<ModuleName, Latencies>()
  readonly #operations = new Map<string, Latencies>()
  readonly #tenants = new Set<string>()
  #refused = 0

  record({ module, operation, tenantId, milliseconds, refused }: Measurement): void {
    this.#total.record(milliseconds)
    within(this.#modules, module).record(milliseconds)
    within(this.#operations, `${module}: ${operation}`).record(milliseconds)
    this.#tenants.add(tenantId)
    if (refused) this.#refused += 1
  }

  figures(): WorkloadFigures {
    return {
      seconds: (performance.now() - this.#started) / 1000,
      tenants: this.#tenants.size,
      refused: this.#refused,
      total: this.#total.summary(),
      modules: summaries(this.#modules),
      operations: summaries(this.#operations),
    }
  }
}

function within<Key>(map: Map<Key, Latencies>, key: Key): Latencies {
  const known = map.get(key)
  if (known) return known
  const fresh = new Latencies()
  map.set(key, fresh)
  return fresh
}

function summaries<Key>(map: ReadonlyMap<Key, Latencies>): Map<Key, LatencySummary> {
  return new Map([...map].map(([key, latencies]) => [key, latencies.summary()]))
}
