import type { HostOptions } from './host-options.js'
import type { LoginOptions } from './login-options.js'
import type { LoginPool } from './login-pool.js'
import type { Member, MemberLimits } from './member.js'
import { type MockConnection, MockServer } from './mock-server.fixture.js'
import { PoolHost } from './pool-host.js'
import { VirtualClock } from './virtual-clock.fixture.js'

const LIMITS: MemberLimits = {
  min: 0,
  max: 10,
  weight: 1,
  acquireTimeoutMs: 30_000,
  maxWaiting: 10_000,
  shedding: { targetMs: 5_000, intervalMs: 10_000 },
}

export interface SiteOptions {
  readonly cap: number
  readonly modules: number
  /** All modules draw from one login, or each has its own. */
  readonly grade: 'shared' | 'dedicated'
  readonly limits?: (module: number) => Partial<MemberLimits>
  readonly login?: Partial<LoginOptions<MockConnection>>
  readonly host?: Partial<HostOptions>
}

/** A module under load, and what came of its calls. */
export class Module {
  readonly login: LoginPool<MockConnection>
  readonly member: Member<MockConnection>
  /** Milliseconds that each caller waited who was served. */
  readonly waits: number[] = []
  readonly failures: { code?: string }[] = []
  busyMs = 0
  readonly #clock: VirtualClock

  constructor(
    clock: VirtualClock,
    login: LoginPool<MockConnection>,
    member: Member<MockConnection>,
  ) {
    this.#clock = clock
    this.login = login
    this.member = member
  }

  get p99(): number {
    const sorted = this.waits.toSorted((a, b) => a - b)
    return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
  }

  async call(holdMs: number): Promise<void> {
    const since = this.#clock.now()
    try {
      const slot = await this.login.wait(this.member)
      this.waits.push(this.#clock.now() - since)
      await this.#clock.sleep(holdMs)
      this.busyMs += holdMs
      this.login.release(slot, false)
    } catch (error) {
      this.failures.push(error as { code?: string })
    }
  }

  /** Calls that come by chance, whatever becomes of those before (an open loop). */
  arrive({ perSecond, holdMs, forMs }: { perSecond: number; holdMs: number; forMs: number }): void {
    const until = this.#clock.now() + forMs
    const next = () => {
      this.#clock.after((-Math.log(1 - this.#clock.random()) * 1_000) / perSecond, () => {
        if (this.#clock.now() >= until) return
        void this.call(holdMs)
        next()
      })
    }
    next()
  }

  /** So many callers, each of which comes again at once (a closed loop). */
  saturate({ callers, holdMs, forMs }: { callers: number; holdMs: number; forMs: number }): void {
    const until = this.#clock.now() + forMs
    const again = async () => {
      while (this.#clock.now() < until) await this.call(holdMs)
    }
    for (let caller = 0; caller < callers; caller += 1) void again()
  }
}

export function site({
  cap,
  modules,
  grade,
  limits,
  login: loginOptions,
  host: given,
}: SiteOptions) {
  const clock = new VirtualClock()
  const server = new MockServer(clock)
  const host = new PoolHost<MockConnection>(clock, cap, given)
  const openLogin = (name: string) =>
    host.addLogin({
      name,
      connector: server,
      idleTimeoutMs: 10_000,
      maxLifetimeMs: 0,
      connectTimeoutMs: 10_000,
      ...loginOptions,
    })
  const shared = grade === 'shared' ? openLogin('app') : undefined
  const all = Array.from({ length: modules }, (_, index) => {
    const login = shared ?? openLogin(`m${index}`)
    const member = login.join(`m${index}`, { ...LIMITS, ...limits?.(index) })
    return new Module(clock, login, member)
  })
  return { clock, server, host, modules: all }
}

/** 1 where all get the same, 1/n where one gets all (R. Jain, 1984). */
export function jain(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0)
  const squares = shares.reduce((total, share) => total + share * share, 0)
  return (sum * sum) / (shares.length * squares)
}

export function p99Of(modules: readonly Module[]): number {
  const sorted = modules.flatMap(({ waits }) => waits).sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
}
