/** When callers are turned away because waiting would not help them. */
export interface SheddingOptions {
  /** Milliseconds of waiting that are still well; 5,000. */
  readonly targetMs: number
  /** Milliseconds for which every wait must have been longer before anybody is turned away; 10,000. */
  readonly intervalMs: number
}

/**
 * When a queue is so slow for so long that serving all in turn serves nobody in time: then those
 * who have waited twice the target are turned away (CoDel as Elixir's db_connection applies it to
 * a pool; K. Nichols and V. Jacobson, Controlling Queue Delay, 2012).
 */
export class Shedding {
  readonly #options: () => SheddingOptions
  #slowSince: number | undefined

  constructor(options: () => SheddingOptions) {
    this.#options = options
  }

  /** Waits longer than this, in milliseconds, are turned away; `Infinity` in good times. */
  limitMs(now: number): number {
    const { targetMs, intervalMs } = this.#options()
    const isOverloaded = this.#slowSince !== undefined && now - this.#slowSince >= intervalMs
    return isOverloaded ? 2 * targetMs : Number.POSITIVE_INFINITY
  }

  /** To be told of each who was served, and of the first in the queue now and then. */
  noteWait(waitedMs: number, now: number): void {
    if (waitedMs <= this.#options().targetMs) this.#slowSince = undefined
    else this.#slowSince ??= now
  }
}
