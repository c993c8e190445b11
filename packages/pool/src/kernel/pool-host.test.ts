import { describe, expect, it } from 'vitest'
import type { HostOptions } from './host-options.js'
import type { LoginPool } from './login-pool.js'
import type { Member, MemberLimits } from './member.js'
import { type MockConnection, MockServer } from './mock-server.fixture.js'
import { PoolHost } from './pool-host.js'
import type { Slot } from './slot.js'
import { VirtualClock } from './virtual-clock.fixture.js'

const LIMITS: MemberLimits = {
  min: 0,
  max: 100,
  weight: 1,
  acquireTimeoutMs: 30_000,
  maxWaiting: 10_000,
  shedding: { targetMs: 5_000, intervalMs: 10_000 },
}

function set(cap: number, options: Partial<HostOptions> = {}) {
  const clock = new VirtualClock()
  const server = new MockServer(clock)
  const host = new PoolHost<MockConnection>(clock, cap, options)
  const login = (name: string) =>
    host.addLogin({
      name,
      connector: server,
      idleTimeoutMs: 10_000,
      maxLifetimeMs: 0,
      connectTimeoutMs: 10_000,
    })
  return { clock, server, host, login }
}

type Login = LoginPool<MockConnection>

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code })
}

describe('a spike', () => {
  it('is served by what is there, with two new connections at the most', async () => {
    const { clock, server, host, login } = set(100)
    const pool = login('app')
    const member = pool.join('app', { ...LIMITS, min: 5 })
    server.connectMs = 150
    void use(clock, pool, member, 2)
    await clock.advance(5_000)
    expect(pool.idle).toHaveLength(5)
    const before = server.attempts
    let last = 0
    const began = clock.now()
    for (let call = 0; call < 50; call += 1) {
      void use(clock, pool, member, 2).then(() => {
        last = clock.now() - began
      })
    }
    await clock.advance(200)
    expect(last).toBeLessThanOrEqual(22)
    expect(server.attempts - before).toBeLessThanOrEqual(2)
    expect(host.used).toBeLessThanOrEqual(7)
  })
})

describe('many logins on a small budget', () => {
  it('never exceed it, and all are served', async () => {
    const { clock, server, login } = set(12)
    const pools = Array.from({ length: 25 }, (_, index) => login(`m${index}`))
    const members = pools.map((pool) => pool.join(pool.options.name, { ...LIMITS, max: 10 }))
    let done = 0
    let failed = 0
    for (let call = 0; call < 250; call += 1) {
      const pool = pools[call % 25] as Login
      void use(clock, pool, members[call % 25] as Member<MockConnection>, 2).then(
        () => (done += 1),
        () => (failed += 1),
      )
    }
    await clock.advance(30_000)
    expect({ done, failed }).toEqual({ done: 250, failed: 0 })
    expect(server.most).toBeLessThanOrEqual(12)
  })

  it('hands a place over to a login that has none, at once where others lie idle', async () => {
    const { clock, login } = set(45)
    const busy = login('busy')
    const busyMember = busy.join('busy', LIMITS)
    const cold = login('cold')
    const coldMember = cold.join('cold', LIMITS)
    expect(await openIdle(clock, busy, busyMember, 45)).toBe(45)
    await clock.advance(1_500)
    const began = clock.now()
    let took = Number.POSITIVE_INFINITY
    void use(clock, cold, coldMember, 2).then(() => {
      took = clock.now() - began
    })
    await clock.advance(100)
    expect(took).toBeLessThanOrEqual(5 + 2 + 5)
  })
})

describe('a login whose callers others wait for', () => {
  it('always finds a place, but on a budget of one', async () => {
    const { clock, server, host, login } = set(4)
    const module = login('module')
    const member = module.join('module', LIMITS)
    const admin = host.addLogin({ ...module.options, name: 'admin', keepsPlace: true })
    const admins = admin.join('admin', LIMITS)
    const nested = async () => {
      const slot = await module.wait(member)
      await use(clock, admin, admins, 1)
      module.release(slot, false)
    }
    void use(clock, admin, admins, 1)
    await clock.advance(60_000)
    let done = 0
    for (let call = 0; call < 40; call += 1) void nested().then(() => done++)
    await clock.advance(2_000)
    expect(done).toBe(40)
    expect(server.most).toBeLessThanOrEqual(4)
    expect(admin.total).toBe(1)

    host.setCap(1)
    await clock.advance(1_000)
    void use(clock, module, member, 1).then(() => done++)
    await clock.advance(5_000)
    expect(done).toBe(41)
  })
})

describe('a server that refuses', () => {
  it('is asked ten times a second at the most, and callers know at once', async () => {
    const { clock, server, login } = set(10)
    const pool = login('app')
    const member = pool.join('app', LIMITS)
    server.connectMs = 0
    server.refusal = () => refusal('ECONNREFUSED')
    let failed = 0
    let slowest = 0
    for (let call = 0; call < 5_000; call += 1) {
      const began = clock.now()
      void pool.wait(member).catch(() => {
        failed += 1
        slowest = Math.max(slowest, clock.now() - began)
      })
      await clock.advance(1)
    }
    expect(failed).toBe(5_000)
    expect(slowest).toBeLessThan(1)
    expect(server.attempts).toBeLessThanOrEqual(50)
    server.refusal = undefined
    await clock.advance(1_000)
    await expect(use(clock, pool, member, 1, true)).resolves.toBeUndefined()
  })

  it('for want of places is waited for', async () => {
    const { clock, server, login } = set(100)
    const pool = login('app')
    const member = pool.join('app', LIMITS)
    server.refusal = () => (server.open.size >= 5 ? refusal('53300') : undefined)
    let done = 0
    for (let call = 0; call < 100; call += 1) void use(clock, pool, member, 20).then(() => done++)
    await clock.advance(2_000)
    expect(done).toBe(100)
    expect(server.open.size).toBeLessThanOrEqual(5)
  })
})

describe('callers that hold one and wait for another', () => {
  it('are told at once when all of them do', async () => {
    const { clock, login } = set(100)
    const pool = login('app')
    const member = pool.join('app', { ...LIMITS, max: 5 })
    let refused = 0
    const nested = async () => {
      const outer = await pool.wait(member)
      try {
        const inner = await pool.wait(member, { within: outer })
        pool.release(inner, false)
      } catch (error) {
        expect((error as { code: string }).code).toBe('PLT_POOL_DEADLOCK')
        refused += 1
      } finally {
        pool.release(outer, false)
      }
    }
    const all = Promise.all(Array.from({ length: 5 }, nested))
    await clock.advance(100)
    await all
    expect(refused).toBe(1)
  })
})

async function use(
  clock: VirtualClock,
  pool: Login,
  member: Member<MockConnection>,
  milliseconds: number,
  push = false,
): Promise<void> {
  const waiting = pool.wait(member)
  if (push) await clock.advance(50)
  const slot = await waiting
  const asleep = clock.sleep(milliseconds)
  if (push) await clock.advance(milliseconds)
  await asleep
  pool.release(slot, false)
}

async function openIdle(
  clock: VirtualClock,
  pool: Login,
  member: Member<MockConnection>,
  count: number,
): Promise<number> {
  const slots: Slot<MockConnection>[] = []
  for (let call = 0; call < count; call += 1)
    void pool.wait(member).then((slot) => slots.push(slot))
  for (let turn = 0; turn < 100 && slots.length < count; turn += 1) await clock.advance(100)
  for (const slot of slots) pool.release(slot, false)
  return slots.length
}
