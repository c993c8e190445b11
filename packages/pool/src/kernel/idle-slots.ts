import type { PoolClock } from './clock.js'
import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'
import type { Slot } from './slot.js'

const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface IdleSlotsOptions {
  readonly clock: PoolClock
  /** Milliseconds that one may stay unused; 0 for ever. */
  readonly timeoutMs: () => number
  /** Called when one is due to be looked at. */
  readonly onDue: (now: number) => void
}

/** The open connections of a login that nobody uses. */
export class IdleSlots<Connection extends PhysicalConnection> {
  readonly #options: IdleSlotsOptions
  /** Used last comes last. */
  readonly #slots: Slot<Connection>[] = []
  #dueAt = Number.POSITIVE_INFINITY
  #stop: (() => void) | undefined

  constructor(options: IdleSlotsOptions) {
    this.#options = options
  }

  get list(): readonly Slot<Connection>[] {
    return this.#slots
  }

  add(slot: Slot<Connection>, now: number): void {
    this.#slots.push(slot)
    this.#watch(slot, now)
  }

  /** The member's own, which holds its named statements; else the one used last, so that others age. */
  take(member: Member<Connection>): Slot<Connection> | undefined {
    const own = this.#slots.findLastIndex((slot) => slot.member === member)
    return own === -1 ? this.#slots.pop() : this.#slots.splice(own, 1)[0]
  }

  delete(slot: Slot<Connection>): boolean {
    const place = this.#slots.indexOf(slot)
    if (place !== -1) this.#slots.splice(place, 1)
    return place !== -1
  }

  takeAll(): Slot<Connection>[] {
    return this.#slots.splice(0)
  }

  /** Whether one was unused for too long. */
  isOverdue(slot: Slot<Connection>, now: number): boolean {
    const timeoutMs = this.#options.timeoutMs()
    return timeoutMs > 0 && now >= slot.since + timeoutMs
  }

  stop(): void {
    this.#stop?.()
  }

  /** One timer for all: for the one that is due first. */
  #watch(slot: Slot<Connection>, now: number): void {
    const timeoutMs = this.#options.timeoutMs()
    const overdueAt = timeoutMs > 0 ? slot.since + timeoutMs : Number.POSITIVE_INFINITY
    // What is overdue and still there is kept at the floor: the host looks at it again.
    const at = overdueAt > now ? Math.min(overdueAt, slot.expiresAt) : slot.expiresAt
    if (at >= this.#dueAt) return
    this.#stop?.()
    this.#dueAt = at
    const due = Math.min(at, now + LONGEST_TIMER_MS)
    this.#stop = this.#options.clock.after(due - now, () => this.#look(due), false)
  }

  #look(due: number): void {
    this.#dueAt = Number.POSITIVE_INFINITY
    // Timers fire up to a turn of the event loop early: what this one was for is due.
    const now = Math.max(due, this.#options.clock.now())
    this.#options.onDue(now)
    for (const slot of this.#slots) this.#watch(slot, now)
  }
}
