import { describe, expect, it } from 'vitest'
import { site } from './traffic.fixture.js'

describe('a cold module while 45 connections lie idle elsewhere', () => {
  const load = async (grade: 'shared' | 'dedicated') => {
    const all = site({ cap: 45, modules: 2, grade, limits: () => ({ max: 45 }) })
    const [busy, cold] = all.modules
    if (busy === undefined || cold === undefined) throw new Error('There are two.')
    busy.saturate({ callers: 45, holdMs: 1_000, forMs: 1_500 })
    await all.clock.advance(3_500)
    const idle = busy.login.idle.length
    const attempts = all.server.attempts
    const since = all.clock.now()
    let tookMs = Number.POSITIVE_INFINITY
    void cold.call(2).then(() => {
      tookMs = all.clock.now() - since
    })
    await all.clock.advance(100)
    return { idle, tookMs, opened: all.server.attempts - attempts, server: all.server }
  }

  it('has one at once, where logins are shared', async () => {
    expect(await load('shared')).toMatchObject({ idle: 45, tookMs: 2, opened: 0 })
  })

  it('has one after a handshake, where each has its own', async () => {
    const { idle, tookMs, opened, server } = await load('dedicated')
    expect({ idle, opened }).toEqual({ idle: 45, opened: 1 })
    expect(tookMs).toBeLessThanOrEqual(server.connectMs + 2 + 5)
    expect(server.most).toBeLessThanOrEqual(45)
  })
})

it('a module has the connections again that it used last, where all draw from one login', async () => {
  const { clock, modules } = site({ cap: 10, modules: 2, grade: 'shared' })
  for (const module of modules) {
    for (let call = 0; call < 3; call += 1) void module.call(1_000)
  }
  await clock.advance(1_500)
  const [one, other] = modules
  if (one === undefined || other === undefined) throw new Error('There are two.')
  const usedLast = ({ login, member }: typeof one) =>
    login.idle.filter((slot) => slot.member === member)
  expect([usedLast(one).length, usedLast(other).length]).toEqual([3, 3])
  for (const { login, member } of [one, other, one, other]) {
    const before = usedLast({ login, member } as typeof one)
    const slot = login.take(member)
    expect(before).toContain(slot)
    if (slot) login.release(slot, false)
  }
})

it('turns away who comes when as many wait as may', async () => {
  const { clock, modules } = site({
    cap: 1,
    modules: 1,
    grade: 'shared',
    limits: () => ({ maxWaiting: 3 }),
  })
  for (let call = 0; call < 5; call += 1) void modules[0]?.call(20)
  await clock.advance(200)
  expect(modules[0]?.failures).toMatchObject([
    { code: 'PLT_POOL_OVERLOADED', details: { waiting: 3 } },
    { code: 'PLT_POOL_OVERLOADED' },
  ])
  expect(modules[0]?.waits).toHaveLength(3)
})

it('serves 250 callers of 25 modules at once with 200 places, and never has one more', async () => {
  const { clock, server, modules } = site({ cap: 200, modules: 25, grade: 'dedicated' })
  server.refusal = () => (server.open.size >= 200 ? crowded() : undefined)
  for (const module of modules) {
    for (let call = 0; call < 10; call += 1) void module.call(20)
  }
  await clock.advance(5_000)
  expect(modules.flatMap(({ failures }) => failures)).toEqual([])
  expect(modules.reduce((sum, { waits }) => sum + waits.length, 0)).toBe(250)
  expect(server.most).toBeLessThanOrEqual(200)
})

describe('shedding', () => {
  it('begins after 10 s of waits above 5 s, and ends when the queue is well', async () => {
    const { clock, modules } = site({ cap: 1, modules: 1, grade: 'shared' })
    const [module] = modules
    if (module === undefined) throw new Error('There is one.')
    // One call of 100 ms at a time: the 50th waits 5 s, and ever more come than are served.
    let firstAt: number | undefined
    for (let step = 0; step < 600; step += 1) {
      void module.call(100)
      void module.call(100)
      await clock.advance(100)
      if (module.failures.length > 0) firstAt ??= clock.now()
    }
    const slowSince = 10_000
    expect(firstAt).toBeGreaterThan(slowSince + 9_000)
    expect(firstAt).toBeLessThan(30_000)
    const codes = new Set(module.failures.map(({ code }) => code))
    expect([...codes]).toEqual(['PLT_POOL_OVERLOADED'])
    // Whoever is served has not waited for much more than twice the target.
    expect(Math.max(...module.waits)).toBeLessThanOrEqual(10_200)
    await clock.advance(60_000)
    const shed = module.failures.length
    for (let call = 0; call < 40; call += 1) void module.call(100)
    await clock.advance(10_000)
    expect(module.failures).toHaveLength(shed)
  })

  it('leaves a short burst alone, however deep', async () => {
    const { clock, modules } = site({ cap: 1, modules: 1, grade: 'shared' })
    for (let call = 0; call < 140; call += 1) void modules[0]?.call(100)
    await clock.advance(20_000)
    expect(modules[0]?.failures).toEqual([])
  })
})

it('replaces connections that are too old one by one, not all at once', async () => {
  const { clock, server, modules } = site({
    cap: 20,
    modules: 1,
    grade: 'shared',
    limits: () => ({ min: 20, max: 20 }),
    login: { maxLifetimeMs: 3_600_000, idleTimeoutMs: 0 },
  })
  modules[0]?.saturate({ callers: 20, holdMs: 10, forMs: 100 })
  await clock.advance(1_000)
  let before = server.ended
  let mostInASecond = 0
  let firstAt = 0
  for (let second = 1; second < 3_700; second += 1) {
    await clock.advance(1_000)
    if (server.ended > before && firstAt === 0) firstAt = clock.now()
    mostInASecond = Math.max(mostInASecond, server.ended - before)
    before = server.ended
  }
  expect(server.ended).toBeGreaterThanOrEqual(20)
  expect(firstAt).toBeGreaterThan(0.9 * 3_600_000 - 5_000)
  expect(mostInASecond).toBeLessThanOrEqual(3)
  expect(server.open.size).toBe(20)
})

describe('min', () => {
  it('is warmed after the first statement, and kept', async () => {
    const { clock, server, modules } = site({
      cap: 20,
      modules: 2,
      grade: 'dedicated',
      limits: () => ({ min: 5 }),
    })
    await clock.advance(2_000)
    expect(server.attempts).toBe(0)
    void modules[0]?.call(2)
    await clock.advance(1_000)
    expect(server.open.size).toBe(5)
    await clock.advance(120_000)
    expect(server.open.size).toBe(5)
    for (const connection of [...server.open].slice(0, 3)) connection.kill()
    await clock.advance(1_000)
    expect(server.open.size).toBe(5)
  })

  it('is scaled down to the budget, and still leaves a place to who has none', async () => {
    const { clock, server, modules } = site({
      cap: 10,
      modules: 6,
      grade: 'dedicated',
      limits: (module) => (module < 5 ? { min: 10 } : {}),
    })
    for (const module of modules.slice(0, 5)) void module.call(2)
    await clock.advance(3_000)
    expect(modules.map(({ login }) => login.floor)).toEqual([2, 2, 2, 2, 2, 0])
    expect(server.open.size).toBe(10)
    void modules[5]?.call(2)
    await clock.advance(20)
    expect(modules[5]?.waits).toHaveLength(1)
    expect(server.most).toBeLessThanOrEqual(10)
  })
})

function crowded(): Error {
  return Object.assign(new Error('sorry, too many clients already'), { code: '53300' })
}

describe('a host that is drained', () => {
  it('serves all who wait, and who hold one already, and lets nobody new in', async () => {
    const { clock, host, modules } = site({
      cap: 2,
      modules: 1,
      grade: 'shared',
      limits: () => ({ max: 2 }),
    })
    const [module] = modules
    if (module === undefined) throw new Error('There is one.')
    const calls = Array.from({ length: 20 }, () => module.call(10))
    const nested = (async () => {
      const outer = await module.login.wait(module.member)
      await clock.sleep(5)
      const inner = await module.login.wait(module.member, { within: outer })
      module.login.release(inner, false)
      module.login.release(outer, false)
    })()
    await clock.advance(20)
    let drainedAt = 0
    void host.drain(1_000).then(() => {
      drainedAt = clock.now()
    })
    const late = expect(module.login.wait(module.member)).rejects.toMatchObject({
      code: 'PLT_CLOSED',
    })
    await clock.advance(1_000)
    await late
    await Promise.all([...calls, nested])
    expect(module.failures).toEqual([])
    expect(drainedAt).toBeGreaterThan(50)
    expect(drainedAt).toBeLessThan(500)
  })

  it('is waited for no longer than asked', async () => {
    const { clock, host, modules } = site({ cap: 1, modules: 1, grade: 'shared' })
    void modules[0]?.call(60_000)
    await clock.advance(50)
    let isOver = false
    void host.drain(1_000).then(() => {
      isOver = true
    })
    await clock.advance(900)
    expect(isOver).toBe(false)
    await clock.advance(200)
    expect(isOver).toBe(true)
  })
})
