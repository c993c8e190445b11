import type { PoolClock } from './clock.js'

interface Timer {
  readonly at: number
  readonly order: number
  readonly action: () => void
}

/** Rounds of promise callbacks that follow one event of the kernel; more than it ever needs. */
const SETTLING = 12

/** Time that passes when the test says so; chance comes from a seed. */
export class VirtualClock implements PoolClock {
  readonly #timers = new Set<Timer>()
  #now = 0
  #order = 0
  #seed: number
  /** Called after each event, when all that follows from it has happened. */
  onEvent: () => void = () => {}

  constructor(seed = 1) {
    this.#seed = seed
  }

  /** Timers that are still to come. */
  get pending(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, action }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Mulberry32. */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }

  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve))
  }

  /** Lets time pass, one event after the other. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds
    await this.settle()
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#timers.delete(next)
      this.#now = next.at
      next.action()
      await this.settle()
      this.onEvent()
    }
    this.#now = until
  }

  async settle(): Promise<void> {
    for (let round = 0; round < SETTLING; round += 1) await undefined
  }

  #next(until: number): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.at > until) continue
      if (next === undefined || timer.at < next.at) next = timer
      else if (timer.at === next.at && timer.order < next.order) next = timer
    }
    return next
  }
}
