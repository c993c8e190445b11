import type { BudgetParts, ConnectionBudget } from './connection-budget.js'

/** A number that somebody has set. */
export class FixedBudget implements ConnectionBudget {
  readonly initial: number

  constructor(places: number) {
    this.initial = places
  }

  async start({ setCap }: BudgetParts): Promise<void> {
    setCap(this.initial)
  }

  wants(): void {}

  async close(): Promise<void> {}
}
