import type { PoolClock } from '../kernel/clock.js'
import type { ServerWatch } from './server-watch.js'

/** Where the cap of a host comes from. */
export interface ConnectionBudget extends ServerWatch {
  /** Places for this process now, before anything is known of the server. */
  readonly initial: number
  /** As far as is known now. */
  readonly facts: BudgetFacts
  /**
   * Begins to follow the budget; `setCap` is called whenever it changes.
   * Resolves when the first answer is there, or it is known that none will come.
   */
  start(parts: BudgetParts): Promise<void>
  /** What would be of use to this process. */
  wants(places: number): void
  /** The processes cannot be counted: an equal part from here on. */
  countNobody(): void
  /** Idempotent. */
  close(): Promise<void>
}

export interface BudgetParts {
  readonly clock: PoolClock
  readonly setCap: (cap: number) => void
  /** Places that are taken now, those that are reserved among them. */
  readonly used: () => number
  /** Takes places for connections of the budget itself. */
  readonly reserve: (places: number) => void
  /** The server has no place even for a connection of the budget itself. */
  readonly refused: (error: unknown) => void
  /** Milliseconds until the server may be knocked at again. */
  readonly pauseMs: () => number
}

/** What is known of a budget, for whoever looks at the system's health. */
export interface BudgetFacts {
  readonly kind: 'fixed' | 'shared'
  /** Places of this process. */
  readonly places: number
  /** Places of all processes together; `undefined` until the server was asked. */
  readonly capacity: number | undefined
  /** Processes that share the capacity, this one among them. */
  readonly processes: number
  /** Whether the other processes can be seen now. */
  readonly connected: boolean
}
