import { Crowding } from '../budget/crowding.js'
import { Breaker } from './breaker.js'
import type { PoolClock } from './clock.js'
import { deadlockedWaiters } from './deadlocked-waiters.js'
import { HandoverLimit } from './handover-limit.js'
import { BELOW_SHARE, HAS_NONE, isBetterVictim, mayLose, rankOf } from './handover-rights.js'
import { DEFAULT_HOST_OPTIONS, type HostOptions } from './host-options.js'
import type { LoginOptions } from './login-options.js'
import { LoginPool } from './login-pool.js'
import type { PhysicalConnection } from './physical-connection.js'
import { Sharing } from './sharing.js'
import type { Slot } from './slot.js'
import type { Waiter } from './waiter.js'

const LOOK_MS = 10
const TICK_MS = 250
/** Longer than a transaction that goes on takes for its next statement. */
const DEADLOCK_MS = 20
/** Before the first handshake was measured. */
const UNKNOWN_HANDSHAKE_MS = 10
const HANDSHAKE_SMOOTHING = 0.3
/** A queue that drains within so many of them is served sooner by who is there: each costs work. */
const WORTH_HANDSHAKES = 4

/**
 * One server as one process uses it: the budget of places, who gets the next one, and how often
 * the server is knocked at. At every instant, places taken and reserved are within the cap that
 * they were taken under.
 */
export class PoolHost<Connection extends PhysicalConnection> {
  readonly clock: PoolClock
  readonly options: HostOptions
  readonly breaker: Breaker
  readonly crowding: Crowding
  readonly logins: LoginPool<Connection>[] = []
  /** Callers that wait for a connection while they hold another. */
  readonly nested = new Set<Waiter<Connection>>()
  readonly #handovers: HandoverLimit
  readonly #sharing: Sharing<Connection>
  #cap: number
  #reserved = 0
  /** Connecting, open and closing. */
  #taken = 0
  #connecting = 0
  #closingPlaces = 0
  #shortage = 0
  #handshakeMs = UNKNOWN_HANDSHAKE_MS
  #failures = 0
  #failedAt = Number.NEGATIVE_INFINITY
  #solvedAt = Number.NEGATIVE_INFINITY
  #stopLook: (() => void) | undefined
  #stopTick: (() => void) | undefined
  #isDraining = false
  #closing: PromiseWithResolvers<void> | undefined
  /** Called when what is wanted may have changed, with the places that would be of use. */
  onDemand: (wanted: number) => void = () => {}
  /** Called when the floors of all members in use do not fit the cap. */
  onCrampedFloors: (places: number) => void = () => {}

  /** @param cap places of the budget */
  constructor(clock: PoolClock, cap: number, options: Partial<HostOptions> = {}) {
    this.clock = clock
    this.#cap = cap
    this.options = { ...DEFAULT_HOST_OPTIONS, ...options }
    this.breaker = new Breaker(clock, this.options.longestPauseMs)
    this.crowding = new Crowding(clock)
    this.#handovers = new HandoverLimit(this.options.handoversPerSecond)
    this.#sharing = new Sharing(this.logins, this.options.targetWaitMs)
  }

  addLogin(options: LoginOptions<Connection>): LoginPool<Connection> {
    const login = new LoginPool(this, options)
    this.logins.push(login)
    return login
  }

  /** For one of which nothing is open any more. */
  removeLogin(login: LoginPool<Connection>): void {
    const place = this.logins.indexOf(login)
    if (place !== -1) this.logins.splice(place, 1)
  }

  get isClosing(): boolean {
    return this.#closing !== undefined
  }

  /** Whether only those are let in who hold a connection already. */
  get isDraining(): boolean {
    return this.#isDraining
  }

  /**
   * Lets nobody new in, and resolves when all who wait or work have ended.
   * @param timeoutMs milliseconds after which it resolves in any case
   */
  async drain(timeoutMs: number): Promise<void> {
    this.#isDraining = true
    const until = this.clock.now() + timeoutMs
    const isBusy = () => this.logins.some(({ lent, isWaiting }) => lent > 0 || isWaiting)
    while (!this.isClosing && isBusy() && this.clock.now() < until) {
      await new Promise<void>((resolve) => {
        this.clock.after(LOOK_MS, resolve, true)
      })
    }
  }

  /** Places of this process, as the budget gives them. */
  get cap(): number {
    return this.#cap
  }

  /** What may be taken now: the cap, or less while the server refuses more. */
  get ceiling(): number {
    return Math.min(this.#cap, this.crowding.ceiling)
  }

  /** Connecting, open, closing and reserved. */
  get used(): number {
    return this.#reserved + this.#taken
  }

  get free(): number {
    return this.ceiling - this.used
  }

  /** Lowered below what is used, it is reached as connections come back. */
  setCap(cap: number): void {
    if (cap === this.#cap) return
    this.#cap = cap
    this.reconsider()
  }

  /** After limits have changed. */
  reconsider(): void {
    this.#solve()
    this.#shrink()
    this.grow()
    this.#tickSoon()
  }

  /** Places for connections that are none of the pools', such as the one that watches the budget. */
  reserve(places: number): void {
    this.#reserved += places
    if (places > 0) this.#shrink()
    else this.grow()
  }

  connectBegan(): void {
    this.#taken += 1
    this.#connecting += 1
    this.#tickSoon()
  }

  connectEnded(): void {
    this.#connecting -= 1
  }

  connectSucceeded(tookMs: number): void {
    this.#failures = 0
    this.breaker.succeeded()
    this.#handshakeMs += (tookMs - this.#handshakeMs) * HANDSHAKE_SMOOTHING
  }

  /** Nobody answers: those who cannot be served by an open connection are told so. */
  unreachable(error: unknown, refuseFirst: (error: unknown) => void): void {
    this.#failures += 1
    this.#failedAt = this.clock.now()
    if (this.#failures <= this.options.toleratedFailures) {
      refuseFirst(error)
      return
    }
    this.breaker.failed(error)
    for (const login of this.logins) login.refuseUnserved(error)
  }

  closingBegan(): void {
    this.#closingPlaces += 1
  }

  closingEnded(): void {
    this.#closingPlaces -= 1
  }

  placeGone(): void {
    this.#taken -= 1
  }

  placeFreed(): void {
    if (this.#taken === 0) this.#closing?.resolve()
    this.grow()
  }

  becameIdle(): void {
    // Over a cap that was lowered meanwhile, or wanted by another login.
    if (this.#coming < 0) this.#shrink()
  }

  waiterCame(login: LoginPool<Connection>): void {
    if (this.free <= 0 && login.share <= login.total) this.#solveSometimes()
    this.grow()
    this.#lookSoon()
    this.#tickSoon()
  }

  /** Connects for whom it helps, as far as there is room and the server lets in. */
  grow(): void {
    while (!this.isClosing && this.#mayConnect()) {
      const login = this.#neediest()
      if (login === undefined) return
      if (this.#freeFor(login) <= 0) {
        this.#reclaimFor(login)
        return
      }
      login.open()
    }
  }

  /** Ends what a login has had idle for too long, with floors that are up to date. */
  expireIdle(login: LoginPool<Connection>, now: number): void {
    this.#solve()
    login.expireIdle(now)
    this.grow()
  }

  /** Whether a connection that comes back is to leave its place to another login. */
  mustYield(slot: Slot<Connection>, now: number): boolean {
    if (this.#coming < 0) return true
    if (this.logins.length === 1 || (this.free > 0 && this.#freeFor(slot.login) > 0)) return false
    const needy = this.#neediest(slot.login)
    if (needy === undefined || this.#freeFor(needy) > 0) return false
    if (!this.#lacks(needy) || !this.#mayLose(slot, needy, now)) return false
    if (this.#handovers.pauseMs(now) > 0) return false
    this.#handovers.note(now)
    return true
  }

  /** Active logins that the cap has no place for; 0 in good times. */
  get shortage(): number {
    return this.#shortage
  }

  /**
   * Resolves when nothing is open any more.
   * @param timeoutMs milliseconds after which what is still in use is cut; Infinity for never
   */
  async close(timeoutMs: number): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise
    const closing = Promise.withResolvers<void>()
    this.#closing = closing
    this.#stopLook?.()
    this.#stopTick?.()
    for (const login of this.logins) login.beginClosing()
    this.placeFreed()
    const cut = () => {
      for (const login of this.logins) login.cut()
    }
    const stop = Number.isFinite(timeoutMs) ? this.clock.after(timeoutMs, cut, true) : undefined
    await closing.promise
    stop?.()
  }

  /** Less what is kept for others, unless that were all there is. */
  #freeFor(login: LoginPool<Connection>): number {
    return this.free - this.#keptFrom(login)
  }

  #keptFrom(login: LoginPool<Connection>): number {
    let kept = 0
    for (const other of this.logins) if (other !== login && other.isOwedPlace) kept += 1
    return kept < this.ceiling - this.#reserved ? kept : 0
  }

  #mayConnect(): boolean {
    if (this.#connecting >= this.options.maxConnecting) return false
    const { state } = this.breaker
    return state === 'closed' || (state === 'half-open' && this.#connecting === 0)
  }

  /**
   * The login that one more connection helps most: those that have none first, then those below
   * their share, then others with callers, the longest waiting first; at last those below their
   * floor.
   */
  #neediest(except?: LoginPool<Connection>): LoginPool<Connection> | undefined {
    const now = this.clock.now()
    let neediest: LoginPool<Connection> | undefined
    let rank = Number.POSITIVE_INFINITY
    let since = Number.POSITIVE_INFINITY
    for (const login of this.logins) {
      if (login === except || this.#wanted(login, now) <= 0) continue
      const itsRank = rankOf(login)
      const itsSince = login.waitingSince
      if (itsRank > rank || (itsRank === rank && itsSince >= since)) continue
      neediest = login
      rank = itsRank
      since = itsSince
    }
    return neediest
  }

  /** Connections that would help this login, beyond those that are coming. */
  #wanted(login: LoginPool<Connection>, now: number): number {
    const { live, lent, connecting, breaker } = login
    const room = login.most - login.total
    if (room <= 0 || !login.mayConnect) return 0
    const waiting = login.eligible
    // Where nobody answers, it is for callers to find out when somebody does again.
    const refills = login.refills && now - this.#failedAt >= this.options.longestPauseMs
    if (waiting === 0) return refills ? Math.min(room, login.floor - live) : 0
    const serving = lent + connecting
    const targetMs = Math.max(this.options.targetWaitMs, WORTH_HANDSHAKES * this.#handshakeMs)
    const forTarget =
      this.options.eagerStart && !login.isTried
        ? waiting - connecting
        : Math.ceil((waiting * login.holdMs(now)) / targetMs) - serving
    // One at a time on suspicion: a caller waits for the pool, not for a handshake.
    const onSuspicion = connecting === 0 ? 1 : 0
    const most = (breaker.state === 'half-open' ? 1 : waiting) - connecting
    return Math.min(room, most, Math.max(forTarget, onSuspicion))
  }

  /** Places that nobody has, or soon; below 0 more must go than are going. */
  get #coming(): number {
    return this.free + this.#closingPlaces
  }

  /** Whether no place is on its way to this login. */
  #lacks(login: LoginPool<Connection>): boolean {
    const rank = rankOf(login)
    if (rank > BELOW_SHARE) return false
    const kept = this.#keptFrom(login)
    let others = 0
    for (const other of this.logins) {
      if (other === login || (kept > 0 && other.isOwedPlace)) continue
      if (rankOf(other) === HAS_NONE) others += 1
    }
    return this.#coming - kept <= others
  }

  #reclaimFor(login: LoginPool<Connection>): void {
    if (!this.#lacks(login)) return
    const now = this.clock.now()
    if (this.#handovers.pauseMs(now) > 0) return
    let victim: Slot<Connection> | undefined
    for (const other of this.logins) {
      const [oldest] = other.idle
      if (oldest === undefined || !this.#mayLose(oldest, login, now)) continue
      if (victim === undefined || isBetterVictim(oldest, victim)) victim = oldest
    }
    if (victim === undefined) return
    this.#handovers.note(now)
    victim.login.evict(victim)
  }

  #mayLose(slot: Slot<Connection>, needy: LoginPool<Connection>, now: number): boolean {
    const { logins, ceiling, options } = this
    return mayLose(slot, needy, { logins, ceiling, openedBefore: now - options.minHoldMs })
  }

  /** Ends idle connections beyond a cap that was lowered, those unused for longest first. */
  #shrink(): void {
    for (let over = -this.#coming; over > 0; over -= 1) {
      let oldest: Slot<Connection> | undefined
      for (const { idle } of this.logins) {
        const [first] = idle
        if (first !== undefined && first.since < (oldest?.since ?? Number.POSITIVE_INFINITY)) {
          oldest = first
        }
      }
      if (oldest === undefined) return
      oldest.login.evict(oldest)
    }
  }

  #solveSometimes(): void {
    if (this.clock.now() - this.#solvedAt >= LOOK_MS) this.#solve()
  }

  /** Shares the cap anew. */
  #solve(): void {
    const now = this.clock.now()
    const places = Math.max(0, this.ceiling - this.#reserved)
    const { wanted, shortage, isCramped } = this.#sharing.share(places, now)
    this.#solvedAt = now
    this.#shortage = shortage
    if (isCramped) this.onCrampedFloors(places)
    this.onDemand(wanted)
  }

  #lookSoon(): void {
    this.#stopLook ??= this.clock.after(LOOK_MS, () => this.#look(), true)
  }

  /** While anybody waits: whose time is over, and whether more connections would help. */
  #look(): void {
    this.#stopLook = undefined
    const now = this.clock.now()
    for (const login of this.logins) login.expireWaiters(now)
    // Those who came since it was last said how many places would be of use.
    if (this.free <= 0) this.#solveSometimes()
    this.grow()
    if (this.nested.size > 0) this.#breakDeadlock(now)
    if (!this.isClosing && this.logins.some(({ isWaiting }) => isWaiting)) this.#lookSoon()
  }

  /**
   * One of those who wait for each other is refused, and the others get on. Not at once: somebody
   * may have begun a call inside a transaction that goes on meanwhile.
   */
  #breakDeadlock(now: number): void {
    const { logins, nested } = this
    const unused = this.#cap - this.used
    let newest: Waiter<Connection> | undefined
    for (const waiter of deadlockedWaiters({ logins, nested, unused })) {
      if (now - waiter.since >= DEADLOCK_MS) newest = waiter
    }
    newest?.login.refuseDeadlocked(newest)
  }

  #tickSoon(): void {
    if (this.isClosing) return
    this.#stopTick ??= this.clock.after(TICK_MS, () => this.#tick(), false)
  }

  #tick(): void {
    this.#stopTick = undefined
    const now = this.clock.now()
    this.crowding.recover(this.#cap)
    for (const login of this.logins) {
      login.crowding.recover(login.total + 1)
      for (const member of login.members) member.demand.sample(now)
    }
    this.#solve()
    for (const login of this.logins) login.expireIdle(now)
    this.grow()
    const isNeeded = this.logins.some(
      ({ total, isWaiting, floor }) => total > 0 || isWaiting || floor > 0,
    )
    if (isNeeded) this.#tickSoon()
    else this.onDemand(0)
  }
}
