import type { LoginPool } from './login-pool.js'
import type { Member, MemberLimits } from './member.js'
import { type MockConnection, MockServer } from './mock-server.fixture.js'
import { PoolHost } from './pool-host.js'
import type { Slot } from './slot.js'
import { VirtualClock } from './virtual-clock.fixture.js'

interface Drawer {
  readonly login: LoginPool<MockConnection>
  readonly member: Member<MockConnection>
  /** In the order in which they came. */
  readonly waiting: Set<Ticket>
}

interface Ticket {
  readonly drawer: Drawer
  readonly since: number
  readonly deadlineAt: number
  readonly abort: AbortController
  ended: boolean
}

interface Held {
  readonly drawer: Drawer
  readonly slot: Slot<MockConnection>
  /** Calls that wait inside it. */
  inner: number
  isDue: boolean
}

const LOOK_MS = 10
const TYPED = new Set([
  'PLT_POOL_TIMEOUT',
  'PLT_POOL_OVERLOADED',
  'PLT_POOL_DEADLOCK',
  'PLT_CLOSED',
  'ECONNREFUSED',
  '28P01',
  'ETIMEDOUT',
])

/** Many logins and members at work against a server of many moods; all by chance, from one seed. */
export class FuzzRun {
  readonly clock: VirtualClock
  readonly server: MockServer
  readonly host: PoolHost<MockConnection>
  readonly ends = { served: 0, refused: 0 }
  readonly #drawers: Drawer[] = []
  readonly #held = new Set<Held>()
  readonly #bySlot = new Map<Slot<MockConnection>, Held>()
  readonly #tickets = new Set<Ticket>()
  readonly #mayClose: boolean
  #reserved = 0
  #isClosed = false
  /** Timers of its own that are still to come. */
  #sleeping = 0
  #broken: Error | undefined

  /** @param mayClose whether it is closed at some moment, as by chance */
  constructor(seed: number, mayClose: boolean) {
    this.#mayClose = mayClose
    this.clock = new VirtualClock(seed)
    this.server = new MockServer(this.clock)
    this.host = new PoolHost(this.clock, this.#int(1, 20), { maxConnecting: this.#int(1, 4) })
    this.clock.onEvent = () => this.#check()
    this.server.onAttempt = () => {
      this.#expect(this.host.used <= this.host.cap, 'a place is taken above the cap')
    }
    for (let login = this.#int(1, 5); login > 0; login -= 1) this.#addLogin(`l${login}`)
  }

  async run(steps: number, pauseMs: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      this.#act()
      await this.clock.settle()
      this.#check()
      await this.clock.advance(this.#chance(0.3) ? 0 : this.clock.random() * pauseMs)
      if (this.#broken) throw this.#broken
    }
  }

  /** All is well again: whoever waits is served, then everything is put down to the floors. */
  async calmDown(): Promise<void> {
    this.#heal()
    await this.clock.advance(75_000)
    if (this.#broken) throw this.#broken
    this.#expect(this.#tickets.size === 0, `${this.#tickets.size} callers were never answered`)
    this.#expect(this.#held.size === 0, 'a connection was never given back')
    // One that is too old may be about to be replaced.
    for (let turn = 0; turn < 20 && !this.#isAtFloor; turn += 1) await this.clock.advance(5)
    for (const { live, floor, total, members } of this.host.logins) {
      const isFloor = live === floor && total === floor
      this.#expect(isFloor, `${live} of ${total} are open, the floor is ${floor}`)
      for (const { active } of members) this.#expect(active === 0, 'active without anybody')
    }
    const floors = this.host.logins.reduce((sum, { floor }) => sum + floor, 0)
    this.#expect(this.server.backends === floors, 'backends that nobody knows of')
    if (this.#broken) throw this.#broken
  }

  async close(): Promise<void> {
    this.#close(1_000)
    await this.clock.advance(30_000)
    this.#expect(this.#isClosed, 'close() never ends')
    this.#expect(this.#tickets.size === 0, `${this.#tickets.size} callers were never answered`)
    this.#expect(this.host.used === this.#reserved, `${this.host.used} places are used after close`)
    this.#expect(this.server.backends === 0, `${this.server.backends} backends after close`)
    this.#expect(this.clock.pending === 0, `${this.clock.pending} timers are left after close`)
    if (this.#broken) throw this.#broken
  }

  get #isAtFloor(): boolean {
    return this.host.logins.every(({ live, total, floor }) => live === floor && total === floor)
  }

  #addLogin(name: string): void {
    const login = this.host.addLogin({
      name,
      connector: this.server,
      idleTimeoutMs: this.#pick([500, 10_000]),
      maxLifetimeMs: this.#pick([0, 3_000, 60_000]),
      connectTimeoutMs: 1_000,
    })
    for (let member = this.#int(1, 4); member > 0; member -= 1) {
      const name = `${login.options.name}-${member}`
      this.#drawers.push({ login, member: login.join(name, this.#limits()), waiting: new Set() })
    }
  }

  #limits(): MemberLimits {
    return {
      min: this.#pick([0, 0, 0, 1, 3]),
      max: this.#int(1, 6),
      weight: this.#pick([1, 1, 2, 4]),
      acquireTimeoutMs: this.#pick([50, 2_000, 30_000]),
      maxWaiting: this.#pick([3, 1_000]),
      shedding: this.#pick([
        { targetMs: 5_000, intervalMs: 10_000 },
        { targetMs: 20, intervalMs: 100 },
      ]),
    }
  }

  #act(): void {
    const dice = this.clock.random()
    if (dice < 0.55) this.#acquire(this.#drawer())
    else if (dice < 0.62) this.#nest()
    else if (dice < 0.66) this.#anyOf(this.#tickets)?.abort.abort(new Error('aborted'))
    else if (dice < 0.7) this.#anyOf(this.server.open)?.kill()
    else if (dice < 0.74) this.#anyOf(this.#held)?.slot.connection.kill()
    else if (dice < 0.76) this.#refuse()
    else if (dice < 0.81) this.server.refusal = undefined
    else if (dice < 0.84) this.server.connectMs = this.#pick([0, 1, 5, 5, 5, 50, 50, 5_000])
    else if (dice < 0.86) this.server.endMs = this.#pick([0, 1, 100])
    else if (dice < 0.9) this.host.setCap(this.#int(0, 20))
    else if (dice < 0.94) this.#reconfigure(this.#drawer())
    else if (dice < 0.95) this.#drawer().login.recycle()
    else if (dice < 0.97) this.#reserve()
    else if (dice < 0.972 && this.#mayClose) this.#close(this.#pick([0, 100, 5_000]))
    else this.#releaseAny()
  }

  #acquire({ ...given }: Drawer, within?: Held): void {
    const drawer = this.#drawers.find(({ member }) => member === given.member) as Drawer
    const { login, member } = drawer
    const timeoutMs = this.#pick([undefined, undefined, 0, 5])
    const now = this.clock.now()
    const limit = timeoutMs ?? member.limits.acquireTimeoutMs
    const deadlineAt = limit === 0 ? Number.POSITIVE_INFINITY : now + limit
    const abort = new AbortController()
    const ticket: Ticket = { drawer, since: now, deadlineAt, abort, ended: false }
    const options = { signal: abort.signal, timeoutMs, within: within?.slot }
    const direct = this.#chance(0.3) ? login.take(member, within?.slot) : undefined
    if (direct !== undefined) {
      this.#lent(drawer, direct)
      return
    }
    if (within !== undefined) within.inner += 1
    drawer.waiting.add(ticket)
    this.#tickets.add(ticket)
    login.wait(member, options).then(
      (slot) => {
        this.#ended(ticket, within)
        for (const { since } of drawer.waiting) {
          this.#expect(since >= ticket.since, 'somebody who came later was served first')
        }
        const late = this.clock.now() - ticket.deadlineAt
        this.#expect(late <= LOOK_MS, `served ${late} ms after the deadline`)
        this.ends.served += 1
        this.#lent(drawer, slot)
      },
      (error: { code?: string }) => {
        this.#ended(ticket, within)
        this.ends.refused += 1
        const { code } = error
        this.#expect(abort.signal.aborted || TYPED.has(String(code)), `refused with ${error}`)
        if (code === 'PLT_POOL_TIMEOUT') {
          const late = this.clock.now() - ticket.deadlineAt
          this.#expect(late >= 0 && late <= LOOK_MS + 1, `told ${late} ms after the deadline`)
        }
      },
    )
  }

  #ended(ticket: Ticket, within: Held | undefined): void {
    this.#expect(!ticket.ended, 'a caller was answered twice')
    ticket.ended = true
    ticket.drawer.waiting.delete(ticket)
    this.#tickets.delete(ticket)
    if (within === undefined) return
    within.inner -= 1
    if (within.isDue) this.#giveBack(within)
  }

  #lent(drawer: Drawer, slot: Slot<MockConnection>): void {
    this.#expect(!this.#bySlot.has(slot), 'a connection was lent twice')
    this.#expect(slot.login === drawer.login, 'a connection of another login was lent')
    const held: Held = { drawer, slot, inner: 0, isDue: false }
    this.#held.add(held)
    this.#bySlot.set(slot, held)
    const holdMs = this.#pick([0, 1, 2, 2, 2, 10, 100, 2_000])
    this.#sleeping += 1
    void this.clock.sleep(holdMs * this.clock.random() * 2).then(() => {
      this.#sleeping -= 1
      this.#giveBack(held)
    })
  }

  #close(timeoutMs: number): void {
    void this.host.close(timeoutMs).then(() => {
      this.#isClosed = true
      const left = this.clock.pending - this.#sleeping
      this.#expect(left === 0, `${left} timers are left after close`)
    })
  }

  /** Mostly not before what was begun inside has ended; now and then a caller forgets to wait. */
  #giveBack(held: Held): void {
    held.isDue = true
    if (held.inner > 0 && !this.#chance(0.02)) return
    if (!this.#held.delete(held)) return
    this.#bySlot.delete(held.slot)
    held.drawer.login.release(held.slot, this.#chance(0.05))
  }

  #nest(): void {
    const held = this.#anyOf(this.#held)
    if (held === undefined || held.isDue) return
    this.#acquire(this.#chance(0.5) ? held.drawer : this.#drawer(), held)
  }

  #releaseAny(): void {
    const held = this.#anyOf(this.#held)
    if (held !== undefined && held.inner === 0) this.#giveBack(held)
  }

  #refuse(): void {
    const limit = this.#int(0, 8)
    const refuse = (code: string, routine = '') => Object.assign(new Error(code), { code, routine })
    this.server.refusal = this.#pick([
      () => refuse('ECONNREFUSED'),
      () => refuse('28P01'),
      () => (this.server.open.size >= limit ? refuse('53300') : undefined),
      () =>
        this.server.open.size >= limit ? refuse('53300', 'InitializeSessionUserId') : undefined,
    ])
  }

  #reconfigure({ login, member }: Drawer): void {
    login.reconfigure(member, this.#limits())
  }

  #reserve(): void {
    const isMore = this.#reserved === 0 && this.host.free > 0
    if (!isMore && this.#reserved === 0) return
    this.#reserved += isMore ? 1 : -1
    this.host.reserve(isMore ? 1 : -1)
  }

  #heal(): void {
    this.server.refusal = undefined
    this.server.connectMs = 5
    this.server.endMs = 1
    this.host.setCap(10)
  }

  #check(): void {
    let total = 0
    for (const login of this.host.logins) {
      const states = { connecting: 0, idle: 0, lent: 0, closing: 0 }
      for (const { state } of login.slots) states[state] += 1
      const counted = { ...states, idle: login.idle.length }
      const { connecting, lent, closing } = login
      const told = { connecting, idle: states.idle, lent, closing }
      this.#expect(same(counted, told), `counted ${text(counted)}, told ${text(told)}`)
      total += login.total
      for (const { broken } of login.idle.map(({ connection }) => connection)) {
        this.#expect(!broken, 'a broken connection lies idle')
      }
      for (const member of login.members) {
        const isServable = member.queue.size > 0 && member.mayUseMore
        this.#expect(!(isServable && login.idle.length > 0), 'somebody waits beside an idle one')
      }
    }
    this.#expect(this.host.used === total + this.#reserved, 'places are miscounted')
    this.#expect(this.server.backends <= total, 'more backends than places')
    for (const { member, waiting } of this.#drawers) {
      let held = 0
      for (const { drawer, slot } of this.#held) {
        if (drawer.member === member && slot.state === 'lent') held += 1
      }
      this.#expect(member.active === held, `${member.active} active, ${held} held`)
      this.#expect(member.queue.size === waiting.size, 'a queue is miscounted')
    }
    const now = this.clock.now()
    for (const { deadlineAt } of this.#tickets) {
      this.#expect(now <= deadlineAt + LOOK_MS + 1, 'a deadline was forgotten')
    }
  }

  #expect(isTrue: boolean, otherwise: string): void {
    if (!isTrue) this.#broken ??= new Error(`${otherwise}, at ${this.clock.now()} ms`)
  }

  #drawer(): Drawer {
    return this.#pick(this.#drawers)
  }

  #anyOf<Item>(items: ReadonlySet<Item>): Item | undefined {
    let place = this.#int(0, items.size - 1)
    for (const item of items) if (place-- === 0) return item
    return undefined
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#int(0, items.length - 1)] as Item
  }

  /** Both ends included. */
  #int(least: number, most: number): number {
    return least + Math.floor(this.clock.random() * (most - least + 1))
  }

  #chance(probability: number): boolean {
    return this.clock.random() < probability
  }
}

function same(a: Record<string, number>, b: Record<string, number>): boolean {
  return text(a) === text(b)
}

function text(counts: Record<string, number>): string {
  return JSON.stringify(counts)
}
