import type { BudgetFacts, BudgetParts, ConnectionBudget } from './connection-budget.js'

/** A number that somebody has set. */
export class FixedBudget implements ConnectionBudget {
  readonly initial: number
  readonly #processes: number

  /**
   * @param places for all processes together
   * @param processes that share them in equal parts
   */
  constructor(places: number, processes = 1) {
    this.initial = Math.max(1, Math.floor(places / processes))
    this.#processes = processes
  }

  get facts(): BudgetFacts {
    return {
      kind: 'fixed',
      places: this.initial,
      capacity: this.initial * this.#processes,
      processes: this.#processes,
      connected: true,
    }
  }

  async start({ setCap }: BudgetParts): Promise<void> {
    setCap(this.initial)
  }

  wants(): void {}

  countNobody(): void {}

  async limitOf(): Promise<number> {
    return Number.POSITIVE_INFINITY
  }

  /** Nobody is there to ask: the cancel request that went before is all that is known. */
  readonly gone = async (): Promise<void> => {}

  async close(): Promise<void> {}
}
