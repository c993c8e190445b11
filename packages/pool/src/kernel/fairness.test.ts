import { describe, expect, it } from 'vitest'
import { jain, type Module, p99Of, site } from './traffic.fixture.js'

const GRADES = ['shared', 'dedicated'] as const

describe('25 modules at 300 calls of 2 ms a second', () => {
  const load = async (cap: number, grade: 'shared' | 'dedicated') => {
    const all = site({ cap, modules: 25, grade })
    const perSecond = 12
    for (const module of all.modules) module.arrive({ perSecond, holdMs: 2, forMs: 70_000 })
    await all.clock.advance(10_000)
    for (const { waits } of all.modules) waits.length = 0
    const attempts = all.server.attempts
    let shortage = 0
    for (let second = 0; second < 60; second += 1) {
      await all.clock.advance(1_000)
      shortage = Math.max(shortage, all.host.shortage)
    }
    const opensPerSecond = (all.server.attempts - attempts) / 60
    await all.clock.advance(30_000)
    const failures = all.modules.flatMap((module) => module.failures)
    return { ...all, failures, shortage, opensPerSecond }
  }

  it.each([
    ['shared', 12],
    ['shared', 30],
    ['dedicated', 30],
  ] as const)('wait 20 ms at the most, %s, with %i connections', async (grade, cap) => {
    const { modules, failures, server, opensPerSecond } = await load(cap, grade)
    expect(failures).toEqual([])
    expect(p99Of(modules)).toBeLessThanOrEqual(20)
    expect(server.most).toBeLessThanOrEqual(cap)
    expect(opensPerSecond).toBeLessThan(12)
  })

  it('take turns, dedicated, with 12 connections, and the shortage shows', async () => {
    const { modules, failures, server, opensPerSecond, shortage } = await load(12, 'dedicated')
    expect(failures).toEqual([])
    expect(opensPerSecond).toBeLessThanOrEqual(10.5)
    expect(shortage).toBe(13)
    expect(jain(modules.map(({ waits }) => waits.length))).toBeGreaterThan(0.95)
    expect(jain(modules.map(mean))).toBeGreaterThan(0.95)
    expect(server.most).toBeLessThanOrEqual(12)
  })
})

describe('a hog', () => {
  const load = async (grade: 'shared' | 'dedicated', hogHoldMs: number | undefined) => {
    const limits = (module: number) => (module === 0 ? { max: 100 } : {})
    const all = site({ cap: 40, modules: 25, grade, limits })
    const [hog, ...light] = all.modules
    for (const module of light) module.arrive({ perSecond: 10, holdMs: 2, forMs: 30_000 })
    if (hogHoldMs !== undefined) {
      hog?.saturate({ callers: 200, holdMs: hogHoldMs, forMs: 30_000 })
    }
    await all.clock.advance(10_000)
    for (const { waits } of all.modules) waits.length = 0
    await all.clock.advance(30_000)
    return light
  }

  it.each(GRADES)(
    'costs the others no more than one of its calls, %s',
    async (grade) => {
      const alone = p99Of(await load(grade, undefined))
      for (const hogHoldMs of [5, 50]) {
        const light = await load(grade, hogHoldMs)
        const handshakeMs = grade === 'dedicated' ? 6 : 0
        expect(p99Of(light)).toBeLessThanOrEqual(Math.max(1.5 * alone, hogHoldMs + handshakeMs))
        expect(jain(light.map(({ waits }) => waits.length))).toBeGreaterThan(0.95)
        expect(light.flatMap(({ failures }) => failures)).toEqual([])
      }
    },
    120_000,
  )
})

describe('under saturation', () => {
  const load = async (grade: 'shared' | 'dedicated', cap: number, weights: readonly number[]) => {
    const { clock, modules } = site({
      cap,
      modules: weights.length,
      grade,
      limits: (module) => ({ weight: weights[module] as number, max: 100 }),
    })
    for (const module of modules) module.saturate({ callers: 20, holdMs: 20, forMs: 50_000 })
    await clock.advance(20_000)
    for (const module of modules) module.busyMs = 0
    await clock.advance(30_000)
    return modules.map((module, index) => module.busyMs / (weights[index] as number))
  }

  it.each([
    ['shared', 1],
    ['shared', 3],
    ['shared', 14],
    ['dedicated', 14],
  ] as const)('weights 1:2:4 give shares 1:2:4, %s, with %i connections', async (grade, cap) => {
    const shares = await load(grade, cap, [1, 2, 4])
    const [first = 0] = shares
    for (const share of shares) expect(Math.abs(share / first - 1)).toBeLessThan(0.1)
  })

  it.each([
    ['shared', 5],
    ['shared', 30],
    ['dedicated', 12],
    ['dedicated', 30],
  ] as const)(
    'equals get equal shares, %s, with %i connections',
    async (grade, cap) => {
      const shares = await load(
        grade,
        cap,
        Array.from({ length: 25 }, () => 1),
      )
      expect(jain(shares)).toBeGreaterThan(0.95)
    },
    120_000,
  )
})

function mean({ waits }: Module): number {
  return waits.reduce((sum, wait) => sum + wait, 0) / waits.length
}
