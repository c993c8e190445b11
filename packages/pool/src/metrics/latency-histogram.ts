/** Buckets to a doubling: a percentile is at most 5 % off. */
const PER_DOUBLING = 8
/** From one microsecond up to some hours. */
const BUCKETS = 36 * PER_DOUBLING
const WINDOW_MS = 60_000

/** Durations of the last one to two minutes, in buckets that grow with them. */
export class LatencyHistogram {
  #current = new Uint32Array(BUCKETS)
  #before = new Uint32Array(BUCKETS)
  #since = Number.NEGATIVE_INFINITY

  /** @param now milliseconds on a clock that only grows */
  record(milliseconds: number, now: number): void {
    this.#turn(now)
    const microseconds = milliseconds * 1_000
    const bucket = microseconds <= 1 ? 0 : Math.floor(Math.log2(microseconds) * PER_DOUBLING)
    const place = Math.min(bucket, BUCKETS - 1)
    this.#current[place] = (this.#current[place] ?? 0) + 1
  }

  /**
   * The durations, in milliseconds, that these parts of all were below; 0 where there were none.
   * @param parts from 0 to 1, ascending
   */
  percentiles(parts: readonly number[], now: number): number[] {
    this.#turn(now)
    let all = 0
    for (let place = 0; place < BUCKETS; place += 1) all += this.#at(place)
    let place = -1
    let seen = 0
    return parts.map((part) => {
      if (all === 0) return 0
      while (seen < part * all || place === -1) {
        place += 1
        seen += this.#at(place)
      }
      return 2 ** ((place + 0.5) / PER_DOUBLING) / 1_000
    })
  }

  #at(place: number): number {
    return (this.#current[place] ?? 0) + (this.#before[place] ?? 0)
  }

  #turn(now: number): void {
    if (now - this.#since < WINDOW_MS) return
    const isRecent = now - this.#since < 2 * WINDOW_MS
    const old = this.#before
    old.fill(0)
    this.#before = this.#current
    if (!isRecent) this.#before.fill(0)
    this.#current = old
    this.#since = now
  }
}
