import type { PoolClock } from '../kernel/clock.js'

/** How long after a refusal the ceiling rises again, one place at a time. */
const RECOVERY_MS = 1_000

/**
 * The ceiling that a full server sets, whatever the budget says: down to what is open at a refusal
 * (53300), up by one for every second without one.
 */
export class Crowding {
  readonly #clock: PoolClock
  #ceiling = Number.POSITIVE_INFINITY
  #refusedAt = 0
  #error: unknown

  constructor(clock: PoolClock) {
    this.#clock = clock
  }

  get ceiling(): number {
    return this.#ceiling === Number.POSITIVE_INFINITY
      ? this.#ceiling
      : this.#ceiling + this.#seconds
  }

  /** The last refusal, as long as it lowers the ceiling. */
  get error(): unknown {
    return this.#error
  }

  /** @param open places that are taken, without the one that was refused */
  refused(open: number, error: unknown): void {
    this.#ceiling = Math.max(0, open)
    this.#refusedAt = this.#clock.now()
    this.#error = error
  }

  /**
   * Forgets the refusals when the ceiling has risen far enough; to be called now and then.
   * @param cap what the ceiling need not rise above
   */
  recover(cap: number): void {
    if (this.ceiling < cap) return
    this.#ceiling = Number.POSITIVE_INFINITY
    this.#error = undefined
  }

  /** Since the last refusal. */
  get #seconds(): number {
    return Math.floor((this.#clock.now() - this.#refusedAt) / RECOVERY_MS)
  }
}
