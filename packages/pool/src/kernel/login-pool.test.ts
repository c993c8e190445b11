import { describe, expect, it } from 'vitest'
import type { HostOptions } from './host-options.js'
import type { LoginOptions } from './login-options.js'
import type { MemberLimits } from './member.js'
import { type MockConnection, MockServer } from './mock-server.fixture.js'
import { PoolHost } from './pool-host.js'
import { UnfitConnection } from './unfit-connection.js'
import { VirtualClock } from './virtual-clock.fixture.js'

const LIMITS: MemberLimits = {
  min: 0,
  max: 10,
  weight: 1,
  acquireTimeoutMs: 30_000,
  maxWaiting: 10_000,
  shedding: { targetMs: 5_000, intervalMs: 10_000 },
}

interface Setting {
  readonly cap?: number
  readonly host?: Partial<HostOptions>
  readonly login?: Partial<LoginOptions<MockConnection>>
  readonly limits?: Partial<MemberLimits>
}

function set({ cap = 10, host: hostOptions, login: loginOptions, limits }: Setting) {
  const clock = new VirtualClock()
  const server = new MockServer(clock)
  const host = new PoolHost<MockConnection>(clock, cap, hostOptions)
  const login = host.addLogin({
    name: 'app',
    connector: server,
    idleTimeoutMs: 10_000,
    maxLifetimeMs: 0,
    connectTimeoutMs: 10_000,
    ...loginOptions,
  })
  const member = login.join('app', { ...LIMITS, ...limits })
  const outcomes: unknown[] = []
  const ask = () => {
    const place = outcomes.push('waits') - 1
    const asked = login.wait(member)
    asked.then(
      () => {
        outcomes[place] = 'served'
      },
      (error: unknown) => {
        outcomes[place] = error
      },
    )
    return asked
  }
  return { clock, server, host, login, member, ask, outcomes }
}

describe('an idle connection', () => {
  it('is ended when its time is over, not at the next look around', async () => {
    const { clock, login, ask } = set({ login: { idleTimeoutMs: 20 } })
    const asked = ask()
    await clock.advance(10)
    login.release(await asked, false)
    await clock.advance(15)
    expect(login.idle).toHaveLength(1)
    await clock.advance(5)
    expect(login.idle).toHaveLength(0)
  })

  it('stays where the floor keeps it, before the shares were ever reckoned', async () => {
    const { clock, login, ask } = set({ login: { idleTimeoutMs: 20 }, limits: { min: 1 } })
    const [one, other] = [ask(), ask()]
    await clock.advance(20)
    login.release(await one, false)
    login.release(await other, false)
    await clock.advance(100)
    expect(login.idle).toHaveLength(1)
  })

  it('stays there until it is too old, and not longer', async () => {
    const { clock, login, ask } = set({
      login: { idleTimeoutMs: 20, maxLifetimeMs: 400, refills: false },
      limits: { min: 1 },
    })
    const asked = ask()
    await clock.advance(10)
    login.release(await asked, false)
    await clock.advance(340)
    expect(login.idle).toHaveLength(1)
    await clock.advance(60)
    expect(login.idle).toHaveLength(0)
  })

  it('is not opened in advance where the floor only keeps', async () => {
    const { clock, server, login, ask } = set({
      login: { idleTimeoutMs: 20, refills: false },
      limits: { min: 5 },
    })
    const asked = ask()
    await clock.advance(10)
    login.release(await asked, false)
    await clock.advance(2_000)
    expect({ open: server.backends, attempts: server.attempts }).toEqual({ open: 1, attempts: 1 })
  })
})

describe('a caller who waits for what is held long', () => {
  it('makes one connection, not as many as would help a crowd', async () => {
    const { clock, server, login, ask } = set({})
    const asked = ask()
    await clock.advance(2_000)
    login.release(await asked, true)
    await clock.advance(100)
    ask()
    await clock.advance(100)
    expect(server.attempts).toBe(2)
  })
})

describe('an attempt that fails', () => {
  it('is the failure of one caller alone, where that is tolerated', async () => {
    const { clock, server, ask, outcomes } = set({ cap: 1, host: { toleratedFailures: 1 } })
    const refusals = [new Error('once')]
    server.refusal = () => refusals.shift()
    const [first] = refusals
    ask().catch(() => {})
    ask()
    await clock.advance(15)
    expect(outcomes).toEqual([first, 'served'])
  })

  it('is nobody’s tolerance twice in a row', async () => {
    const { clock, server, ask, outcomes } = set({ cap: 1, host: { toleratedFailures: 1 } })
    server.refusal = () => new Error('always')
    for (let caller = 0; caller < 5; caller += 1) ask().catch(() => {})
    await clock.advance(20)
    expect(outcomes.every((outcome) => outcome instanceof Error)).toBe(true)
    expect(server.attempts).toBe(2)
  })

  it('by what its user does with it is told to one caller, and the next is tried at once', async () => {
    const { clock, server, ask, outcomes } = set({ cap: 1 })
    const reason = new Error('hook')
    const refusals = [new UnfitConnection(reason), new UnfitConnection(reason)]
    server.refusal = () => refusals.shift()
    for (let caller = 0; caller < 3; caller += 1) ask().catch(() => {})
    await clock.advance(30)
    expect(outcomes).toEqual([reason, reason, 'served'])
  })
})

describe('a cold start', () => {
  it('connects for every caller where that is wanted, until holding times are known', async () => {
    const { clock, server, login, ask } = set({ host: { eagerStart: true, maxConnecting: 10 } })
    const asked = Array.from({ length: 30 }, () => ask().then((slot) => login.release(slot, false)))
    expect(server.attempts).toBe(10)
    await clock.advance(20)
    await Promise.all(asked)
    expect(server.attempts).toBe(10)
  })
})

describe('a member of which nobody gives back', () => {
  it('may have one more where there is room, until something comes back', async () => {
    const { clock, login, member, ask, outcomes } = set({ cap: 3, limits: { max: 1 } })
    const first = ask()
    await clock.advance(10)
    ask()
    await clock.advance(1_000)
    expect(outcomes).toEqual(['served', 'waits'])
    login.relieve(member, clock.now())
    await clock.advance(10)
    expect(outcomes).toEqual(['served', 'served'])
    login.release(await first, false)
    ask()
    await clock.advance(10)
    expect(outcomes).toEqual(['served', 'served', 'waits'])
  })

  it('loses the caller who came last of those there were, where there is no room', async () => {
    const { clock, login, member, ask, outcomes } = set({ cap: 1 })
    ask()
    ask()
    await clock.advance(5)
    ask().catch(() => {})
    await clock.advance(1_000)
    ask()
    login.relieve(member, 500)
    await clock.settle()
    expect(outcomes).toMatchObject(['served', 'waits', { code: 'PLT_POOL_DEADLOCK' }, 'waits'])
  })
})

describe('closing', () => {
  it('waits for ever for what is lent, where no limit is set', async () => {
    const { clock, host, login, ask } = set({})
    const asked = ask()
    await clock.advance(10)
    let isClosed = false
    void host.close(Number.POSITIVE_INFINITY).then(() => {
      isClosed = true
    })
    await clock.advance(86_400_000)
    expect(isClosed).toBe(false)
    login.release(await asked, false)
    await clock.advance(10)
    expect(isClosed).toBe(true)
  })
})
