/** At most so many within any second. */
export class HandoverLimit {
  readonly #perSecond: number
  readonly #at: number[] = []

  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Milliseconds until there may be another. */
  pauseMs(now: number): number {
    while (this.#at.length > 0 && now - (this.#at[0] ?? 0) >= 1_000) this.#at.shift()
    return this.#at.length < this.#perSecond ? 0 : 1_000 - (now - (this.#at[0] ?? now))
  }

  note(now: number): void {
    this.#at.push(now)
  }
}
