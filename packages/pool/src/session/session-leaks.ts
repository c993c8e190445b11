import type { PoolClock } from '../kernel/clock.js'
import { type Borrower, type Leak, LeakWatch } from '../kernel/leak-watch.js'
import type { PooledSession } from './pooled-session.js'

/** Between the borrower and the source stand core and Kysely. */
const FRAMES = 30

export interface SessionLeaksOptions {
  readonly clock: PoolClock
  /** Milliseconds that a session may be lent without a call on it; 0 for ever. */
  readonly limitMs: () => number
  readonly report: (leak: Leak<PooledSession>) => void
}

/** Sessions that are lent out, watched for those that nobody gives back. */
export class SessionLeaks {
  readonly #sessions = new Set<PooledSession>()
  readonly #watch: LeakWatch<PooledSession>

  constructor(options: SessionLeaksOptions) {
    this.#watch = new LeakWatch({
      ...options,
      loans: this.#sessions,
      stillSince: ({ stillSince }) => stillSince,
    })
  }

  get isOn(): boolean {
    return this.#watch.isOn
  }

  borrower(below: (...parts: never[]) => unknown): Borrower {
    return LeakWatch.borrower(below, FRAMES)
  }

  note(session: PooledSession): void {
    this.#sessions.add(session)
    this.#watch.watch()
  }

  forget(session: PooledSession): void {
    this.#sessions.delete(session)
  }
}
