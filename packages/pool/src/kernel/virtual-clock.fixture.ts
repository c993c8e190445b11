import type { PoolClock } from './clock.js'

interface Timer {
  readonly at: number
  readonly order: number
  readonly action: () => void
  isOff: boolean
}

/** Rounds of promise callbacks that follow one event of the kernel; more than it ever needs. */
const SETTLING = 12

/** Time that passes when the test says so; chance comes from a seed. */
export class VirtualClock implements PoolClock {
  /** A heap: whoever is due first is at the front. */
  readonly #timers: Timer[] = []
  #pending = 0
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
    return this.#pending
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, action: () => void): () => void {
    const at = this.#now + Math.max(0, milliseconds)
    const timer: Timer = { at, order: this.#order++, action, isOff: false }
    this.#push(timer)
    this.#pending += 1
    return () => {
      if (timer.isOff) return
      timer.isOff = true
      this.#pending -= 1
    }
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
      this.#now = next.at
      next.isOff = true
      this.#pending -= 1
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
    for (;;) {
      const [first] = this.#timers
      if (first === undefined || first.at > until) return undefined
      this.#shift()
      if (!first.isOff) return first
    }
  }

  #push(timer: Timer): void {
    const timers = this.#timers
    let place = timers.push(timer) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isBefore(timer, timers[above] as Timer)) break
      timers[place] = timers[above] as Timer
      place = above
    }
    timers[place] = timer
  }

  #shift(): void {
    const timers = this.#timers
    const last = timers.pop()
    if (last === undefined || timers.length === 0) return
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= timers.length) break
      const right = below + 1
      if (right < timers.length && isBefore(timers[right] as Timer, timers[below] as Timer)) {
        below = right
      }
      if (!isBefore(timers[below] as Timer, last)) break
      timers[place] = timers[below] as Timer
      place = below
    }
    timers[place] = last
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
