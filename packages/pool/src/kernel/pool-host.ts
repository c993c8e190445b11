import { allocate } from '../budget/allocation.js'
import { Crowding } from '../budget/crowding.js'
import { Breaker } from './breaker.js'
import type { PoolClock } from './clock.js'
import { HandoverLimit } from './handover-limit.js'
import { type LoginOptions, LoginPool } from './login-pool.js'
import type { PhysicalConnection } from './physical-connection.js'
import type { Slot } from './slot.js'

export interface HostOptions {
  /** Attempts to connect at once. */
  readonly maxConnecting: number
  /** Milliseconds that a queue may take to drain before more than one connection is added. */
  readonly targetWaitMs: number
  /** Milliseconds that a login keeps a connection before another login may have its place. */
  readonly minHoldMs: number
  /** Places that go from one login to another within a second. */
  readonly handoversPerSecond: number
  /** Milliseconds, the longest pause between attempts at a server that does not answer. */
  readonly longestPauseMs: number
  /** Failures in a row that only the caller who came first is told of. */
  readonly toleratedFailures: number
  /** Whether every caller counts, until it is known for how long connections are held. */
  readonly eagerStart: boolean
}

export const DEFAULT_HOST_OPTIONS: HostOptions = {
  maxConnecting: 4,
  targetWaitMs: 10,
  minHoldMs: 1_000,
  handoversPerSecond: 10,
  longestPauseMs: 1_000,
  toleratedFailures: 0,
  eagerStart: false,
}

const LOOK_MS = 10
const TICK_MS = 250
/** Before the first handshake was measured. */
const UNKNOWN_HANDSHAKE_MS = 10
const HANDSHAKE_SMOOTHING = 0.3

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
  readonly #handovers: HandoverLimit
  #cap: number
  #reserved = 0
  /** Connecting, open and closing. */
  #taken = 0
  #connecting = 0
  #handshakeMs = UNKNOWN_HANDSHAKE_MS
  #failures = 0
  #solvedAt = Number.NEGATIVE_INFINITY
  #stopLook: (() => void) | undefined
  #stopTick: (() => void) | undefined
  #closing: PromiseWithResolvers<void> | undefined
  /** Called when what is wanted may have changed, with the places that would be of use. */
  onDemand: (wanted: number) => void = () => {}

  /** @param cap places of the budget */
  constructor(clock: PoolClock, cap: number, options: Partial<HostOptions> = {}) {
    this.clock = clock
    this.#cap = cap
    this.options = { ...DEFAULT_HOST_OPTIONS, ...options }
    this.breaker = new Breaker(clock, this.options.longestPauseMs)
    this.crowding = new Crowding(clock)
    this.#handovers = new HandoverLimit(this.options.handoversPerSecond)
  }

  addLogin(options: LoginOptions<Connection>): LoginPool<Connection> {
    const login = new LoginPool(this, options)
    this.logins.push(login)
    return login
  }

  get isClosing(): boolean {
    return this.#closing !== undefined
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
    this.#solve()
    this.#shrink()
    this.grow()
  }

  /** Places for connections that are none of the pools', such as the one that watches the budget. */
  reserve(places: number): void {
    this.#reserved += places
    if (places < 0) this.grow()
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
  unreachable(error: unknown, asked: LoginPool<Connection>): void {
    this.#failures += 1
    if (this.#failures <= this.options.toleratedFailures) {
      asked.refuseFirst(error)
      return
    }
    this.breaker.failed(error)
    for (const login of this.logins) login.refuseUnserved(error)
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
    if (this.free < 0) this.#shrink()
  }

  waiterCame(login: LoginPool<Connection>): void {
    if (this.free <= 0 && login.share <= login.total) this.#solveSometimes()
    this.grow()
    this.#lookSoon()
  }

  /** Connects for whom it helps, as far as there is room and the server lets in. */
  grow(): void {
    while (!this.isClosing && this.#mayConnect()) {
      const login = this.#neediest()
      if (login === undefined) return
      if (this.free <= 0) {
        this.#reclaimFor(login)
        return
      }
      login.open()
    }
  }

  /** Ends what a login has had idle for too long, with floors that are up to date. */
  expireIdle(login: LoginPool<Connection>): void {
    this.#solve()
    login.expireIdle(this.clock.now())
    this.grow()
  }

  /** Whether a connection that comes back is to leave its place to another login. */
  mustYield(slot: Slot<Connection>, now: number): boolean {
    if (this.free < 0) return true
    if (this.free > 0 || this.logins.length === 1) return false
    const needy = this.#neediest(slot.login)
    if (needy === undefined || this.#places(needy) || !this.#mayLose(slot, needy, now)) return false
    if (this.#handovers.pauseMs(now) > 0) return false
    this.#handovers.note(now)
    return true
  }

  /** Active logins that the cap has no place for; 0 in good times. */
  get shortage(): number {
    let active = 0
    for (const { lent, isWaiting } of this.logins) if (lent > 0 || isWaiting) active += 1
    return Math.max(0, active - (this.ceiling - this.#reserved))
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

  #mayConnect(): boolean {
    if (this.#connecting >= this.options.maxConnecting) return false
    const { state } = this.breaker
    return state === 'closed' || (state === 'half-open' && this.#connecting === 0)
  }

  /**
   * The login that one more connection helps most: those that have none first, then those with
   * callers, the longest waiting first; at last those that are below their floor.
   */
  #neediest(except?: LoginPool<Connection>): LoginPool<Connection> | undefined {
    const now = this.clock.now()
    let neediest: LoginPool<Connection> | undefined
    let rank = Number.POSITIVE_INFINITY
    let since = Number.POSITIVE_INFINITY
    for (const login of this.logins) {
      if (login === except || this.#wanted(login, now) <= 0) continue
      const itsRank = !login.isWaiting ? 2 : login.live === 0 ? 0 : 1
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
    if (room <= 0 || breaker.state === 'open') return 0
    const waiting = login.eligible
    if (waiting === 0) return login.refills ? Math.min(room, login.floor - live) : 0
    const serving = lent + connecting
    const targetMs = Math.max(this.options.targetWaitMs, this.#handshakeMs)
    const forTarget =
      this.options.eagerStart && !login.isTried
        ? waiting - connecting
        : Math.ceil((waiting * login.holdMs(now)) / targetMs) - serving
    // One at a time on suspicion: a caller waits for the pool, not for a handshake.
    const onSuspicion = connecting === 0 ? 1 : 0
    const most = breaker.state === 'half-open' ? 1 - connecting : waiting
    return Math.min(room, most, Math.max(forTarget, onSuspicion))
  }

  /** Whether places are on their way already for those who have none. */
  #places(login: LoginPool<Connection>): boolean {
    let coming = 0
    for (const { closing } of this.logins) coming += closing
    if (login.live > 0) return coming > 0
    let without = 0
    for (const other of this.logins) if (other.isWaiting && other.live === 0) without += 1
    return coming >= without
  }

  #reclaimFor(login: LoginPool<Connection>): void {
    if (!login.isWaiting || this.#places(login)) return
    const now = this.clock.now()
    if (this.#handovers.pauseMs(now) > 0) return
    let victim: Slot<Connection> | undefined
    for (const other of this.logins) {
      for (const slot of other.idle) {
        if (victim !== undefined && slot.since >= victim.since) continue
        if (this.#mayLose(slot, login, now)) victim = slot
      }
    }
    if (victim === undefined) return
    this.#handovers.note(now)
    victim.login.evict(victim)
  }

  /** Whether `needy` has a better right to this place than the login that has it. */
  #mayLose(slot: Slot<Connection>, needy: LoginPool<Connection>, now: number): boolean {
    const { login } = slot
    if (login === needy || now - slot.openedAt < this.options.minHoldMs) return false
    if (needy.live > 0 && needy.total >= needy.share) return false
    return login.total > login.share || (needy.live === 0 && this.shortage > 0)
  }

  /** Ends idle connections beyond a cap that was lowered, those unused for longest first. */
  #shrink(): void {
    for (let over = -this.free; over > 0; over -= 1) {
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
    this.#solvedAt = now
    const members = this.logins.flatMap((login) =>
      [...login.members].filter(({ awake }) => awake).map((member) => ({ login, member })),
    )
    const claims = members.map(({ login, member }) => {
      const { min, max, weight } = member.limits
      const { size } = member.queue
      const queued = size && Math.ceil((size * login.holdMs(now)) / this.options.targetWaitMs)
      const floor = Math.min(min, max)
      return { weight, floor, want: Math.min(max, member.demand.want(queued)) }
    })
    const places = Math.max(0, this.ceiling - this.#reserved)
    const floors = allocate(
      claims.map(({ weight, floor }) => ({ weight, floor, want: floor })),
      places,
    )
    for (const login of this.logins) login.floor = 0
    allocate(claims, places).forEach((share, index) => {
      const place = members[index]
      if (place === undefined) return
      place.member.share = share
      place.login.floor += floors[index] ?? 0
    })
    this.onDemand(claims.reduce((sum, { floor, want }) => sum + Math.max(floor, want), 0))
  }

  #lookSoon(): void {
    this.#stopLook ??= this.clock.after(LOOK_MS, () => this.#look(), true)
  }

  /** While anybody waits: whose time is over, and whether more connections would help. */
  #look(): void {
    this.#stopLook = undefined
    const now = this.clock.now()
    for (const login of this.logins) login.expireWaiters(now)
    this.grow()
    if (!this.isClosing && this.logins.some(({ isWaiting }) => isWaiting)) this.#lookSoon()
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
    if (this.logins.some(({ total, isWaiting }) => total > 0 || isWaiting)) this.#tickSoon()
    else this.onDemand(0)
  }
}
