import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'

/** Weight of the newest sample. */
const SMOOTHING = 0.1
const UNKNOWN_HOLD_MS = 2
const SHORTEST_MS = 0.01
/** What one loan counts for at the most: who ran a long report is not set back for as long. */
const LONGEST_MS = 1_000

/**
 * Whose turn it is: each member advances by the time that it holds connections over its weight,
 * and who is least far on comes next. Who comes back from a pause has saved up nothing.
 * (P. Goyal, H. Vin and H. Cheng, Start-time Fair Queueing, 1997.)
 */
export class Turns<Connection extends PhysicalConnection> {
  #now = 0
  readonly #estimates = new WeakMap<Member<Connection>, number>()

  /** Of those who may have one more, the one that is least far on, then who came first. */
  next(members: Iterable<Member<Connection>>): Member<Connection> | undefined {
    let next: Member<Connection> | undefined
    let least = Number.POSITIVE_INFINITY
    for (const member of members) {
      if (!member.mayUseMore) continue
      const start = Math.max(this.#now, member.turn)
      const isEarlier =
        start === least && (member.queue.first?.since ?? 0) < (next?.queue.first?.since ?? 0)
      if (start < least || isEarlier) {
        next = member
        least = start
      }
    }
    return next
  }

  /** Counts a loan that begins for as long as the member's loans last; returns these milliseconds. */
  lent(member: Member<Connection>): number {
    const countedMs = this.#estimates.get(member) ?? UNKNOWN_HOLD_MS
    this.#now = Math.max(this.#now, member.turn)
    member.turn = this.#now + countedMs / member.limits.weight
    return countedMs
  }

  /** Puts right what was counted for a loan when it began. */
  returned(member: Member<Connection>, heldMs: number, countedMs: number): void {
    const held = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, heldMs))
    member.turn += (held - countedMs) / member.limits.weight
    const estimate = this.#estimates.get(member) ?? held
    this.#estimates.set(member, estimate + (held - estimate) * SMOOTHING)
  }
}
