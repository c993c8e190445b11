/** Where the cap of a host comes from. */
export interface ConnectionBudget {
  /** Places for this process now, before anything is known of the server. */
  readonly initial: number
  /**
   * Begins to follow the budget; `setCap` is called whenever it changes.
   * Resolves when the first answer is there, or it is known that none will come.
   */
  start(parts: BudgetParts): Promise<void>
  /** What would be of use to this process. */
  wants(places: number): void
  /** Idempotent. */
  close(): Promise<void>
}

export interface BudgetParts {
  readonly setCap: (cap: number) => void
  /** Places that are taken now. */
  readonly used: () => number
}
