import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'
import type { Waiter } from './waiter.js'

/** The members of a login that have callers in their queues. */
export class WaitingMembers<Connection extends PhysicalConnection> {
  readonly #members = new Set<Member<Connection>>()
  readonly #nested: Set<Waiter<Connection>>

  /** @param nested where callers that hold a connection already are noted besides */
  constructor(nested: Set<Waiter<Connection>>) {
    this.#nested = nested
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  /** Who waits longest. */
  get first(): Waiter<Connection> | undefined {
    let first: Waiter<Connection> | undefined
    for (const { queue } of this.#members) {
      if (queue.first !== undefined && queue.first.since < (first?.since ?? Infinity)) {
        first = queue.first
      }
    }
    return first
  }

  /** Callers who could be served by connections that do not exist yet. */
  get eligible(): number {
    let eligible = 0
    for (const { queue, active, most } of this.#members) {
      eligible += Math.min(queue.size, Math.max(0, most - active))
    }
    return eligible
  }

  enter(waiter: Waiter<Connection>): void {
    const { member } = waiter
    member.awake = true
    member.queue.push(waiter)
    member.nextDeadlineAt = Math.min(member.nextDeadlineAt, waiter.deadlineAt)
    this.#members.add(member)
    if (waiter.within !== undefined) this.#nested.add(waiter)
  }

  /** Whether it was still there. */
  leave(waiter: Waiter<Connection>): boolean {
    const { member } = waiter
    if (!member.queue.delete(waiter)) return false
    if (member.queue.size === 0) {
      this.#members.delete(member)
      member.nextDeadlineAt = Number.POSITIVE_INFINITY
    }
    if (waiter.within !== undefined) this.#nested.delete(waiter)
    return true
  }

  /** Those whose time is over, and those that an overloaded queue turns away. */
  *expired(now: number): Generator<{ waiter: Waiter<Connection>; isLate: boolean }> {
    for (const member of this.#members) {
      const { queue, shedding } = member
      const first = queue.first
      if (first !== undefined) shedding.noteWait(now - first.since, now)
      const limitMs = shedding.limitMs(now)
      if (now < member.nextDeadlineAt && limitMs === Number.POSITIVE_INFINITY) continue
      let nextDeadlineAt = Number.POSITIVE_INFINITY
      for (const waiter of queue) {
        const isLate = now >= waiter.deadlineAt
        if (isLate || now - waiter.since > limitMs) yield { waiter, isLate }
        else nextDeadlineAt = Math.min(nextDeadlineAt, waiter.deadlineAt)
      }
      member.nextDeadlineAt = nextDeadlineAt
    }
  }

  *[Symbol.iterator](): Generator<Member<Connection>> {
    yield* this.#members
  }
}
