/** Up within seconds, down within half a minute: a pause between two bursts is no farewell. */
const RISE_MS = 1_000
const FALL_MS = 30_000
/** Standard deviations above the mean that are asked for: some 97 of 100 moments find a place. */
const MARGIN = 2

/**
 * How many connections somebody keeps busy, by Little's law: the time-weighted mean of those in
 * use, and how far it swings.
 */
export class Demand {
  #busy = 0
  #since: number
  #sampledAt: number
  #busyTime = 0
  #squareTime = 0
  #mean = 0
  #variance = 0

  constructor(now: number) {
    this.#since = now
    this.#sampledAt = now
  }

  /** Mean of connections in use. */
  get mean(): number {
    return this.#mean
  }

  /** To be told whenever the number of connections in use changes. */
  note(busy: number, now: number): void {
    this.#integrate(now)
    this.#busy = busy
  }

  /** Takes the time since the last sample into the mean. */
  sample(now: number): void {
    this.#integrate(now)
    const elapsed = now - this.#sampledAt
    if (elapsed <= 0) return
    const mean = this.#busyTime / elapsed
    const variance = Math.max(0, this.#squareTime / elapsed - mean * mean)
    this.#mean = blend(this.#mean, mean, elapsed)
    this.#variance = blend(this.#variance, variance + (mean - this.#mean) ** 2, elapsed)
    this.#sampledAt = now
    this.#busyTime = 0
    this.#squareTime = 0
  }

  /**
   * Connections that would be of use.
   * @param queued those that it takes to serve who waits within the target
   */
  want(queued: number): number {
    const steady = this.#mean + MARGIN * Math.sqrt(this.#variance)
    // What is a hundredth of a connection is nobody's need any more.
    const settled = steady < 0.01 ? 0 : steady
    return Math.max(this.#busy, Math.ceil(settled + queued))
  }

  #integrate(now: number): void {
    const elapsed = now - this.#since
    this.#busyTime += this.#busy * elapsed
    this.#squareTime += this.#busy * this.#busy * elapsed
    this.#since = now
  }
}

function blend(old: number, fresh: number, elapsedMs: number): number {
  const timeMs = fresh > old ? RISE_MS : FALL_MS
  return old + (fresh - old) * (1 - Math.exp(-elapsedMs / timeMs))
}
