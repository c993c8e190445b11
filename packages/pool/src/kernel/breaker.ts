import type { PoolClock } from './clock.js'

/** Ten attempts a second at the most, whatever chance says. */
const SHORTEST_MS = 100

/**
 * Keeps from knocking at a door that does not open: after a failure no attempt for a while, then
 * one alone. The pauses grow and are drawn by chance, so that processes do not knock together
 * ("full jitter", M. Brooker, Exponential Backoff And Jitter, 2015).
 */
export class Breaker {
  readonly #clock: PoolClock
  readonly #longestMs: number
  #failures = 0
  #retryAt = 0
  #error: unknown

  /** @param longestMs milliseconds, the longest pause between two attempts */
  constructor(clock: PoolClock, longestMs: number) {
    this.#clock = clock
    this.#longestMs = longestMs
  }

  /** `half-open` lets one attempt through, to see. */
  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#failures === 0) return 'closed'
    return this.#clock.now() < this.#retryAt ? 'open' : 'half-open'
  }

  /** The last failure while it is not closed. */
  get error(): unknown {
    return this.#error
  }

  /** Milliseconds until the next attempt may be made. */
  get pauseMs(): number {
    return this.#failures === 0 ? 0 : Math.max(0, this.#retryAt - this.#clock.now())
  }

  failed(error: unknown): void {
    this.#failures += 1
    this.#error = error
    const longest = Math.min(this.#longestMs, SHORTEST_MS * 2 ** Math.min(this.#failures, 16))
    const pauseMs = SHORTEST_MS + this.#clock.random() * Math.max(0, longest - SHORTEST_MS)
    this.#retryAt = this.#clock.now() + pauseMs
  }

  succeeded(): void {
    this.#failures = 0
    this.#error = undefined
  }
}
