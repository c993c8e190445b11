import type { PoolClient } from 'pg'
import type { PoolClock } from '../kernel/clock.js'
import type { Borrower, Loan } from './loan.js'

export interface Leak {
  readonly client: PoolClient
  /** Milliseconds so far. */
  readonly heldMs: number
  /** Where it was borrowed. */
  readonly stack: string
}

export interface LeakWatchOptions {
  readonly clock: PoolClock
  readonly loans: Iterable<Loan>
  /** Milliseconds that a loan may last. */
  readonly limitMs: number
  readonly report: (leak: Leak) => void
}

const FRAMES = 6

/** Looks out for clients that are not given back, and says who has them. */
export class LeakWatch {
  readonly #options: LeakWatchOptions
  #isArmed = false

  constructor(options: LeakWatchOptions) {
    this.#options = options
  }

  /**
   * The stack of who calls, without the frames of this package.
   * @param below the function whose callers matter
   */
  static borrower(below: (...parts: never[]) => unknown): Borrower {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = FRAMES
    // An error would have its stack captured twice.
    const borrower: Borrower = {}
    Error.captureStackTrace(borrower, below)
    Error.stackTraceLimit = stackTraceLimit
    return borrower
  }

  /** To be called when something is lent. */
  watch(): void {
    if (this.#isArmed) return
    this.#isArmed = true
    this.#options.clock.after(this.#options.limitMs / 2, () => this.#look(), false)
  }

  #look(): void {
    const { clock, loans, limitMs, report } = this.#options
    this.#isArmed = false
    const now = clock.now()
    for (const loan of loans) {
      // The pool's own always come back.
      if (loan.borrower === undefined) continue
      this.watch()
      const heldMs = now - loan.since
      if (heldMs < limitMs || loan.isReported) continue
      loan.isReported = true
      report({ client: loan.client, heldMs, stack: loan.borrower.stack ?? '' })
    }
  }
}
