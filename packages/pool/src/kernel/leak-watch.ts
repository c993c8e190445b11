import type { PoolClock } from './clock.js'

/** Whose stack is written out only when somebody reads it. */
export interface Borrower {
  readonly stack?: string
}

export interface WatchedLoan {
  /** Who borrowed it; the pool's own loans always come back and have none. */
  readonly borrower: Borrower | undefined
  isReported: boolean
}

export interface Leak<Loan> {
  readonly loan: Loan
  /** Milliseconds for which it has been still. */
  readonly heldMs: number
  /** Where it was borrowed. */
  readonly stack: string
}

export interface LeakWatchOptions<Loan> {
  readonly clock: PoolClock
  readonly loans: Iterable<Loan>
  /** Milliseconds that a loan may be still; 0 for ever. */
  readonly limitMs: () => number
  /** When it began to be still; `undefined` for one at work. */
  readonly stillSince: (loan: Loan) => number | undefined
  readonly report: (leak: Leak<Loan>) => void
}

/** Looks out for loans that are not given back, and says who has them. */
export class LeakWatch<Loan extends WatchedLoan> {
  readonly #options: LeakWatchOptions<Loan>
  #isArmed = false

  constructor(options: LeakWatchOptions<Loan>) {
    this.#options = options
  }

  get isOn(): boolean {
    return this.#options.limitMs() > 0
  }

  /**
   * The stack of who calls, without the frames of this package.
   * @param below the function whose callers matter
   */
  static borrower(below: (...parts: never[]) => unknown, frames = 6): Borrower {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = frames
    // An error would have its stack captured twice.
    const borrower: Borrower = {}
    Error.captureStackTrace(borrower, below)
    Error.stackTraceLimit = stackTraceLimit
    return borrower
  }

  /** To be called when something is lent. */
  watch(): void {
    if (this.#isArmed || !this.isOn) return
    this.#isArmed = true
    const { clock, limitMs } = this.#options
    clock.after(limitMs() / 2, () => this.#look(), false)
  }

  #look(): void {
    const { clock, loans, limitMs, stillSince, report } = this.#options
    this.#isArmed = false
    const now = clock.now()
    for (const loan of loans) {
      if (loan.borrower === undefined) continue
      this.watch()
      const since = stillSince(loan)
      if (since === undefined || now - since < limitMs() || loan.isReported || !this.isOn) continue
      loan.isReported = true
      report({ loan, heldMs: now - since, stack: loan.borrower.stack ?? '' })
    }
  }
}
