import type { MultiPoolManager, PoolBudget, PoolMetrics } from '@plataforma/database-system'

/** What the pools did under the workload. */
export interface PoolFigures {
  readonly budget: PoolBudget
  /** Connections in use at once, at the most. */
  readonly mostUsed: number
  readonly change: PoolChange | undefined
  /** Those whose callers waited longest come first. */
  readonly modules: readonly (readonly [module: string, metrics: PoolMetrics])[]
}

/** A limit that was raised while work went on. */
export interface PoolChange {
  readonly module: string
  readonly from: number
  readonly to: number
  /** Milliseconds that 95 of 100 callers waited at most, before. */
  readonly waitBefore: number
}

/** Looks at the pools while people work, and raises one module's limit in the middle of it. */
export class PoolWatch {
  readonly #pools: MultiPoolManager
  readonly #changeAt: number
  #mostUsed = 0
  #change: PoolChange | undefined

  /** @param seconds how long people will work */
  constructor(pools: MultiPoolManager, seconds: number) {
    this.#pools = pools
    this.#changeAt = performance.now() + seconds * 500
  }

  /** To be called a few times a second. */
  async look(): Promise<void> {
    this.#mostUsed = Math.max(this.#mostUsed, this.#pools.getBudget().used)
    if (this.#change !== undefined || performance.now() < this.#changeAt) return
    const [slowest] = this.#modules()
    if (slowest === undefined) return
    const [module, { max, waitTimePercentiles }] = slowest
    this.#change = { module, from: max, to: 2 * max, waitBefore: waitTimePercentiles.p95 }
    await this.#pools.getModulePool(module)?.reconfigure({ max: 2 * max })
  }

  figures(): PoolFigures {
    return {
      budget: this.#pools.getBudget(),
      mostUsed: this.#mostUsed,
      change: this.#change,
      modules: this.#modules(),
    }
  }

  #modules(): [string, PoolMetrics][] {
    return Object.entries(this.#pools.getAllMetrics())
      .filter(([name]) => !name.startsWith('('))
      .sort(([, one], [, other]) => other.waitTimePercentiles.p95 - one.waitTimePercentiles.p95)
  }
}
