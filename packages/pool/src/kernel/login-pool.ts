import type { Crowding } from '../budget/crowding.js'
import type { Breaker } from './breaker.js'
import { copyOfError } from './copy-of-error.js'
import { IdleSlots } from './idle-slots.js'
import { LoginEntry } from './login-entry.js'
import type { AcquireOptions, LoginOptions } from './login-options.js'
import { Member, type MemberLimits } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'
import { closed, deadlocked, overloaded, type PoolMoment, timedOut } from './pool-errors.js'
import type { PoolHost } from './pool-host.js'
import { type Hold, Slot } from './slot.js'
import { Turns } from './turns.js'
import { Waiter } from './waiter.js'
import { WaitingMembers } from './waiting-members.js'

const LIFETIME_JITTER = 0.1
/** What a connection is held for, before anybody knows. */
const UNKNOWN_HOLD_MS = 2
/** Weight of the newest sample. */
const HOLD_SMOOTHING = 0.1

/** The physical connections of one login, and the members that draw from them. */
export class LoginPool<Connection extends PhysicalConnection> {
  readonly host: PoolHost<Connection>
  readonly members = new Set<Member<Connection>>()
  options: LoginOptions<Connection>
  /** Connections that are kept, however long nobody uses them. */
  floor = 0
  /** Connections that its role and database allow it. */
  limit = Number.POSITIVE_INFINITY
  lent = 0
  closing = 0
  readonly #slots = new Set<Slot<Connection>>()
  readonly #idle: IdleSlots<Connection>
  readonly #entry: LoginEntry<Connection>
  readonly #waiting: WaitingMembers<Connection>
  readonly #turns = new Turns<Connection>()
  #holdMs: number | undefined
  /** When the first of those came who were refused for waiting since somebody was served. */
  #unservedSince = Number.POSITIVE_INFINITY
  #drained: PromiseWithResolvers<void> | undefined

  constructor(host: PoolHost<Connection>, options: LoginOptions<Connection>) {
    this.host = host
    this.options = options
    this.#idle = new IdleSlots({
      clock: host.clock,
      timeoutMs: () => this.options.idleTimeoutMs,
      onDue: (now) => host.expireIdle(this, now),
    })
    this.#entry = new LoginEntry({
      host,
      login: () => this.options,
      refuse: (error) => this.refuseUnserved(error),
      refuseFirst: (error) => this.#refuseFirst(error),
    })
    this.#waiting = new WaitingMembers(host.nested)
  }

  join(name: string, limits: MemberLimits): Member<Connection> {
    const member: Member<Connection> = new Member(name, limits, this.host.clock.now())
    this.members.add(member)
    return member
  }

  /** Changes a member's limits; nobody who waits or works is refused for it. */
  reconfigure(member: Member<Connection>, limits: MemberLimits): void {
    member.reconfigure(limits)
    this.serveWaiting()
    this.host.reconsider()
  }

  get idle(): readonly Slot<Connection>[] {
    return this.#idle.list
  }

  get breaker(): Breaker {
    return this.#entry.breaker
  }

  get crowding(): Crowding {
    return this.#entry.crowding
  }

  get connecting(): number {
    return this.#entry.connecting
  }

  /** Connections that are open or about to be. */
  get live(): number {
    return this.#slots.size - this.closing
  }

  /** Places that it takes of the budget. */
  get total(): number {
    return this.#slots.size
  }

  /** Whether a place stands free for it. */
  get isOwedPlace(): boolean {
    return this.options.keepsPlace === true && this.total === 0
  }

  get share(): number {
    let share = 0
    for (const member of this.members) share += member.share
    return share
  }

  get isWaiting(): boolean {
    return !this.#waiting.isEmpty
  }

  /** When the caller who waits longest came, or who gave up before anybody was served. */
  get waitingSince(): number {
    const { first } = this.#waiting
    if (first === undefined) return Number.POSITIVE_INFINITY
    return Math.min(first.since, this.#unservedSince)
  }

  /** Whether connections come or go by themselves. */
  get isChanging(): boolean {
    return this.connecting > 0 || this.closing > 0 || this.#entry.isHealing
  }

  /** Whether attempts to connect may be made as far as it is up to the login. */
  get mayConnect(): boolean {
    return this.#entry.isOpen
  }

  /** A connection that nobody uses, at once, or nothing. */
  take(member: Member<Connection>, within?: Slot<Connection>): Slot<Connection> | undefined {
    if (!this.#letsIn(within) || member.queue.size > 0 || !member.mayUseMore) return undefined
    const slot = this.#takeIdle(member)
    return slot && this.#lend(slot, member, { waitedMs: 0, within: within?.hold })
  }

  /**
   * A connection as soon as it is this caller's turn.
   *
   * @throws PlataformaError `PLT_POOL_TIMEOUT`, `PLT_POOL_OVERLOADED`, `PLT_POOL_DEADLOCK`,
   * `PLT_CLOSED`; the signal's reason; what a refused attempt to connect was refused with
   */
  wait(
    member: Member<Connection>,
    options: AcquireOptions<Connection> = {},
  ): Promise<Slot<Connection>> {
    const { signal, within, timeoutMs = member.limits.acquireTimeoutMs } = options
    if (!this.#letsIn(within)) return Promise.reject(closed())
    if (signal?.aborted) return Promise.reject(signal.reason)
    const slot = this.take(member, within)
    if (slot !== undefined) return Promise.resolve(slot)
    if (member.queue.size >= member.limits.maxWaiting) {
      this.options.observer?.turnedAway?.(member)
      return Promise.reject(overloaded(this.#moment(member), 0))
    }
    const refused = this.#standingRefusal()
    if (refused !== undefined) return Promise.reject(copyOfError(refused.error))
    const since = this.host.clock.now()
    const waiter = new Waiter(this, member, {
      since,
      deadlineAt: timeoutMs === 0 ? Number.POSITIVE_INFINITY : since + timeoutMs,
      within: within?.hold,
      signal,
      onAbort: this.#onAbort,
    })
    this.#enqueue(waiter)
    return waiter.promise
  }

  /** Takes it back; `destroy` for one that can serve nobody any more. */
  release(slot: Slot<Connection>, destroy: boolean): void {
    const { member, state } = slot
    if (state !== 'lent' || member === undefined) return
    const now = this.host.clock.now()
    const heldMs = now - slot.since
    this.#holdMs =
      this.#holdMs === undefined ? heldMs : this.#holdMs + (heldMs - this.#holdMs) * HOLD_SMOOTHING
    member.overdraft = 0
    this.#turns.returned(member, heldMs, slot.countedMs)
    this.#takeBack(slot, member)
    member.demand.note(member.active, now)
    this.options.observer?.released?.(member, heldMs)
    const isUsable = !destroy && !slot.connection.broken
    const isOver = !isUsable || this.host.isClosing || now >= slot.expiresAt
    if (isOver || this.host.mustYield(slot, now)) {
      this.#end(slot, !isUsable)
      // Who waited for the member's own limit may have what others left idle.
      this.serveWaiting()
    } else this.#offer(slot, now)
  }

  /** Callers who could be served by connections that do not exist yet. */
  get eligible(): number {
    return this.#waiting.eligible
  }

  /** What a connection is held for, in milliseconds; those that are out for longer count. */
  holdMs(now: number): number {
    const known = this.#holdMs ?? UNKNOWN_HOLD_MS
    if (this.lent === 0) return known
    let ages = 0
    for (const { state, since } of this.#slots) if (state === 'lent') ages += now - since
    return Math.max(known, ages / this.lent)
  }

  /** Connections that its members may use in all. */
  get memberMost(): number {
    let most = 0
    for (const member of this.members) most += member.most
    return most
  }

  /** Connections that it may have now, whatever the host has room for. */
  get most(): number {
    return Math.min(this.memberMost, this.crowding.ceiling, this.limit)
  }

  get refills(): boolean {
    return this.options.refills ?? true
  }

  /** Whether it is known what connections are held for. */
  get isTried(): boolean {
    return this.#holdMs !== undefined
  }

  /** Begins an attempt to connect. */
  open(): void {
    const slot = new Slot(this)
    const startedAt = this.host.clock.now()
    this.#slots.add(slot)
    this.#entry
      .attempt((error) => this.#lost(slot, error))
      .then(
        (connection) => this.#opened(slot, connection, startedAt),
        (error: unknown) => this.#notOpened(slot, error, startedAt),
      )
  }

  /** Ends a connection that nobody uses. */
  evict(slot: Slot<Connection>): void {
    if (this.#idle.delete(slot)) this.#end(slot, false)
  }

  /** Ends all that nobody uses, and the others when they come back. */
  recycle(): void {
    for (const slot of this.#slots) slot.expiresAt = Number.NEGATIVE_INFINITY
    for (const slot of this.#idle.takeAll()) this.#end(slot, false)
  }

  /** Refuses those whose time is over. */
  expireWaiters(now: number): void {
    const { observer } = this.options
    for (const { waiter, isLate } of this.#waiting.expired(now)) {
      const { member } = waiter
      const waitedMs = now - waiter.since
      this.#waiting.leave(waiter)
      this.#unservedSince = Math.min(this.#unservedSince, waiter.since)
      if (isLate) {
        observer?.timedOut?.(member)
        waiter.refuse(timedOut(this.#moment(member), waitedMs, this.#crowdedBy))
      } else {
        observer?.turnedAway?.(member)
        waiter.refuse(overloaded(this.#moment(member), waitedMs))
      }
    }
  }

  /** Refuses a caller who would wait for ever. */
  refuseDeadlocked(waiter: Waiter<Connection>): void {
    if (this.#waiting.leave(waiter)) waiter.refuse(deadlocked(this.#moment(waiter.member)))
  }

  /** Ends what has been idle for too long or is too old. */
  expireIdle(now: number): void {
    for (const slot of [...this.idle]) {
      const isUnused = this.#idle.isOverdue(slot, now) && this.live > this.floor
      if (isUnused || now >= slot.expiresAt) this.evict(slot)
    }
  }

  /** Lends what is idle to those who wait. */
  serveWaiting(): void {
    for (;;) {
      const member = this.#turns.next(this.#waiting)
      const slot = member && this.#takeIdle(member)
      if (member === undefined || slot === undefined) return
      this.#serve(slot, member)
    }
  }

  /** Ends everything, what is lent when it comes back; resolves when nothing is open any more. */
  drain(): Promise<void> {
    this.#drained ??= Promise.withResolvers()
    this.#entry.abort(closed())
    this.recycle()
    if (this.#slots.size === 0) this.#drained.resolve()
    return this.#drained.promise
  }

  refuseWaiters(reason: (member: Member<Connection>) => unknown): void {
    for (const member of this.#waiting) {
      for (const waiter of member.queue) {
        this.#waiting.leave(waiter)
        waiter.refuse(reason(member))
      }
    }
  }

  /** Refuses the caller who waits longest. */
  #refuseFirst(reason: unknown): void {
    const { first } = this.#waiting
    if (first !== undefined && this.#waiting.leave(first)) first.refuse(reason)
  }

  /**
   * Nobody of a member gives back what it holds: one more for it where there is room, or one
   * caller less.
   * @param cameBefore on the clock; who came later is not the reason
   */
  relieve(member: Member<Connection>, cameBefore: number): void {
    if (!member.mayUseMore && this.host.free > 0) {
      member.overdraft += 1
      this.host.grow()
      return
    }
    let newest: Waiter<Connection> | undefined
    for (const waiter of member.queue) if (waiter.since <= cameBefore) newest = waiter
    if (newest !== undefined) this.refuseDeadlocked(newest)
  }

  /** Ends all that nobody uses, and every attempt. */
  beginClosing(): void {
    this.#idle.stop()
    this.refuseWaiters(closed)
    this.#entry.abort(closed())
    for (const slot of this.#idle.takeAll()) this.#end(slot, false)
  }

  /** Cuts what is still lent out. */
  cut(): void {
    for (const slot of this.#slots) {
      if (slot.state !== 'lent' || slot.member === undefined) continue
      this.#takeBack(slot, slot.member)
      this.#end(slot, true)
    }
  }

  get slots(): ReadonlySet<Slot<Connection>> {
    return this.#slots
  }

  *lentSlots(): Generator<Slot<Connection>> {
    for (const slot of this.#slots) if (slot.state === 'lent') yield slot
  }

  get #crowdedBy(): unknown {
    return this.crowding.error ?? this.host.crowding.error
  }

  readonly #onAbort = (waiter: Waiter<Connection>): void => {
    if (this.#waiting.leave(waiter)) waiter.refuse(waiter.abortReason)
  }

  #moment(member: Member<Connection>): PoolMoment {
    return {
      module: member.name,
      active: member.active,
      waiting: member.queue.size,
      max: member.limits.max,
      open: this.idle.length + this.lent,
      budget: this.host.ceiling,
    }
  }

  /** Work that is let in may need more: the administrator's help, or a second connection. */
  #letsIn(within: Slot<Connection> | undefined): boolean {
    if (this.host.isClosing) return false
    return !this.host.isDraining || within !== undefined || this.options.keepsPlace === true
  }

  /** Why nobody can be served now or soon. */
  #standingRefusal(): Breaker | undefined {
    if (this.live > 0) return undefined
    if (this.host.breaker.state === 'open') return this.host.breaker
    return this.breaker.state === 'open' ? this.breaker : undefined
  }

  #takeIdle(member: Member<Connection>): Slot<Connection> | undefined {
    for (;;) {
      const slot = this.#idle.take(member)
      if (slot === undefined) return undefined
      if (slot.connection.broken) this.#end(slot, true)
      else if (this.host.clock.now() >= slot.expiresAt) this.#end(slot, false)
      else return slot
    }
  }

  #lend(
    slot: Slot<Connection>,
    member: Member<Connection>,
    { waitedMs, within }: { waitedMs: number; within: Hold<Connection> | undefined },
  ): Slot<Connection> {
    const now = this.host.clock.now()
    slot.state = 'lent'
    slot.member = member
    slot.since = now
    slot.hold = { slot, within }
    slot.countedMs = this.#turns.lent(member)
    this.lent += 1
    this.#unservedSince = Number.POSITIVE_INFINITY
    member.awake = true
    member.active += 1
    member.demand.note(member.active, now)
    this.options.observer?.lent?.(member, waitedMs)
    return slot
  }

  #takeBack(slot: Slot<Connection>, member: Member<Connection>): void {
    slot.hold = undefined
    this.lent -= 1
    member.active -= 1
  }

  #enqueue(waiter: Waiter<Connection>): void {
    this.#waiting.enter(waiter)
    this.host.waiterCame(this)
  }

  #serve(slot: Slot<Connection>, member: Member<Connection>): void {
    const waiter = member.queue.first
    if (waiter === undefined) return
    this.#waiting.leave(waiter)
    const now = this.host.clock.now()
    const waitedMs = now - waiter.since
    member.shedding.noteWait(waitedMs, now)
    waiter.serve(this.#lend(slot, member, { waitedMs, within: waiter.within }))
  }

  /** To who is next, or to the idle ones. */
  #offer(slot: Slot<Connection>, now: number): void {
    const member = this.#turns.next(this.#waiting)
    if (member !== undefined) {
      this.#serve(slot, member)
      return
    }
    slot.state = 'idle'
    slot.since = now
    this.#idle.add(slot, now)
    this.host.becameIdle()
  }

  #opened(slot: Slot<Connection>, connection: Connection, startedAt: number): void {
    const now = this.host.clock.now()
    const { maxLifetimeMs, observer } = this.options
    slot.opened(connection)
    slot.openedAt = now
    if (maxLifetimeMs > 0) {
      const jitter = 1 - LIFETIME_JITTER * this.host.clock.random()
      // Recycled while it connected, it is old already.
      slot.expiresAt = Math.min(slot.expiresAt, now + maxLifetimeMs * jitter)
    }
    this.#entry.succeeded(now - startedAt)
    observer?.opened?.(connection, now - startedAt)
    if (connection.broken) this.#end(slot, true)
    else if (this.host.isClosing || now >= slot.expiresAt) this.#end(slot, false)
    else this.#offer(slot, now)
    this.host.grow()
  }

  #notOpened(slot: Slot<Connection>, error: unknown, startedAt: number): void {
    this.#slots.delete(slot)
    this.host.placeGone()
    this.options.observer?.connectFailed?.(error)
    if (this.#slots.size === 0) this.#drained?.resolve()
    const isOver = this.host.isClosing || this.#drained !== undefined
    if (!isOver) this.#entry.failed(error, { startedAt, open: this.total })
    this.host.placeFreed()
  }

  /** Refuses all who wait, where there is no connection that they could wait for. */
  refuseUnserved(error: unknown): void {
    if (this.live === 0) this.refuseWaiters(() => copyOfError(error))
  }

  /** An idle connection was lost; a lent one is judged when it comes back. */
  #lost(slot: Slot<Connection>, error: unknown): void {
    if (!this.#idle.delete(slot)) return
    this.#end(slot, slot.connection.broken)
    this.options.observer?.lost?.(slot.connection, error)
  }

  #end(slot: Slot<Connection>, destroy: boolean): void {
    slot.state = 'closing'
    this.closing += 1
    this.host.closingBegan()
    this.options.observer?.ended?.(slot.connection)
    const gone = () => {
      this.closing -= 1
      this.#slots.delete(slot)
      this.host.closingEnded()
      this.host.placeGone()
      this.options.observer?.gone?.(slot.connection)
      if (this.#slots.size === 0) this.#drained?.resolve()
      this.host.placeFreed()
    }
    void (destroy ? slot.connection.destroy() : slot.connection.end()).then(gone, gone)
  }
}
