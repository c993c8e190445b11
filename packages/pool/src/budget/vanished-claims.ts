import type { PoolClock } from '../kernel/clock.js'
import type { ProcessClaim } from './process-claim.js'

/** A process that lost its connection to the others, not its life, is back within this time. */
const GRACE_MS = 3_000

/**
 * Claims that are seen no more. They count for a while: a killed process is gone with all its
 * connections, but one that lost only the connection of its claim still has the others.
 */
export class VanishedClaims {
  readonly #clock: PoolClock
  readonly #seen = new Map<string, { has: number; at: number }>()
  #present = new Set<string>()

  constructor(clock: PoolClock) {
    this.#clock = clock
  }

  note(claims: readonly ProcessClaim[]): void {
    const now = this.#clock.now()
    this.#present = new Set(claims.map(({ id }) => id))
    for (const { id, has } of claims) this.#seen.set(id, { has, at: now })
    for (const [id, { at }] of this.#seen) if (now - at >= GRACE_MS) this.#seen.delete(id)
  }

  get places(): number {
    let places = 0
    for (const [id, { has }] of this.#seen) if (!this.#present.has(id)) places += has
    return places
  }
}
