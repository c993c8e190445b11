import { describe, expect, it } from 'vitest'
import type { MockConnection } from './mock-server.fixture.js'
import type { Slot } from './slot.js'
import { type Module, type SiteOptions, site } from './traffic.fixture.js'

function one(options: Partial<SiteOptions> = {}) {
  const all = site({ cap: 10, modules: 1, grade: 'shared', ...options })
  return { ...all, module: all.modules[0] as Module }
}

function error(code: string): Error {
  return Object.assign(new Error(code), { code })
}

it('a server that was full while nothing was open is asked again', async () => {
  const { clock, server, module } = one({ limits: () => ({ acquireTimeoutMs: 500 }) })
  server.refusal = () => error('53300')
  void module.call(1)
  await clock.advance(2_000)
  expect(module.failures).toMatchObject([{ code: 'PLT_POOL_TIMEOUT', cause: { code: '53300' } }])
  server.refusal = undefined
  await clock.advance(60_000)
  void module.call(1)
  await clock.advance(100)
  expect(module.waits).toHaveLength(1)
})

it('a cap that is one less ends one connection, though others come back meanwhile', async () => {
  const { clock, server, host, module } = one()
  module.saturate({ callers: 10, holdMs: 1, forMs: 10_000 })
  await clock.advance(2_000)
  const open = server.open.size
  server.endMs = 50
  host.setCap(open - 1)
  await clock.advance(500)
  expect(server.ended).toBe(1)
})

it('who waited for the own limit gets what lies idle when the own one is lost', async () => {
  const { clock, server, modules } = site({
    cap: 2,
    modules: 2,
    grade: 'shared',
    limits: () => ({ max: 1 }),
  })
  const [first, second] = modules as [Module, Module]
  const held = first.login.wait(first.member)
  void second.call(1)
  await clock.advance(50)
  void first.call(1)
  server.connectMs = 1_000
  first.login.release(await held, true)
  await clock.advance(5)
  expect(first.waits).toEqual([0])
})

it.each(['busy', 'idle'])(
  'a place kept free holds up no turns, the others being %s',
  async (state) => {
    const { clock, server, host, modules } = site({ cap: 4, modules: 4, grade: 'dedicated' })
    host.addLogin({ ...LOGIN, name: 'admin', keepsPlace: true, connector: server })
    const [late, ...others] = modules
    for (const module of others) {
      module.saturate({ callers: 4, holdMs: 1, forMs: state === 'busy' ? 20_000 : 1_500 })
    }
    await clock.advance(3_000)
    late?.saturate({ callers: 1, holdMs: 1, forMs: 10 })
    await clock.advance(2_000)
    expect(late?.waits.length).toBeGreaterThan(0)
    expect(server.open.size).toBe(3)
  },
)

it('who is turned away before a turn came does not lose the turn', async () => {
  const { clock, modules } = site({ cap: 1, modules: 20, grade: 'dedicated' })
  for (const module of modules) module.saturate({ callers: 3, holdMs: 20, forMs: 60_000 })
  await clock.advance(70_000)
  expect(modules.filter(({ failures }) => failures.length > 0)).not.toEqual([])
  expect(Math.min(...modules.map(({ waits }) => waits.length))).toBeGreaterThan(40)
})

it('a login that keeps a place keeps it while another of its connections closes', async () => {
  const { clock, server, host, modules } = site({ cap: 4, modules: 4, grade: 'dedicated' })
  const admin = host.addLogin({ ...LOGIN, name: 'admin', keepsPlace: true, connector: server })
  const administrator = admin.join('admin', LIMITS)
  const taken = [1, 2].map(() => admin.wait(administrator))
  await clock.advance(100)
  for (const slot of await Promise.all(taken)) admin.release(slot, false)
  await clock.advance(1_500)
  server.endMs = 50
  for (const module of modules) module.saturate({ callers: 4, holdMs: 1, forMs: 2_000 })
  await clock.advance(1_500)
  expect(admin.live).toBe(1)
})

it('mending a password takes no place of the budget', async () => {
  const all = site({ cap: 1, modules: 0, grade: 'shared' })
  const admin = all.host.addLogin({ ...LOGIN, name: 'admin', connector: all.server })
  const administrator = admin.join('admin', LIMITS)
  let isStale = true
  const connect = all.server.connect.bind(all.server)
  let heals = 0
  const login = all.host.addLogin({
    ...LOGIN,
    name: 'app',
    connector: {
      connect: async (signal, onGone) => {
        const connection = await connect(signal, onGone)
        if (!isStale) return connection
        await connection.destroy()
        throw error('28P01')
      },
      heal: async () => {
        heals += 1
        const slot = await admin.wait(administrator)
        isStale = false
        slot.login.release(slot, false)
        return true
      },
    },
  })
  const served = login.wait(login.join('app', LIMITS))
  await all.clock.advance(3_000)
  await expect(served).resolves.toBeDefined()
  expect(heals).toBe(1)
  expect(all.server.most).toBe(1)
})

it('a password that stays wrong after mending is refused, not mended for ever', async () => {
  const { clock, host, server } = one()
  server.refusal = () => error('28P01')
  let heals = 0
  const login = host.addLogin({
    ...LOGIN,
    name: 'app',
    connector: {
      connect: (signal, onGone) => server.connect(signal, onGone),
      heal: async () => {
        heals += 1
        return true
      },
    },
  })
  const asked = login.wait(login.join('app', LIMITS)).catch((reason: unknown) => reason)
  await clock.advance(1_000)
  expect(await asked).toMatchObject({ code: '28P01' })
  expect(heals).toBe(1)
})

it('a password that is refused concerns its login alone', async () => {
  const { clock, server, host, module } = one()
  const locked = host.addLogin({
    ...LOGIN,
    name: 'locked',
    connector: {
      connect: async (signal, onGone) => {
        await (await server.connect(signal, onGone)).destroy()
        throw error('28P01')
      },
    },
  })
  const member = locked.join('locked', LIMITS)
  const codes: unknown[] = []
  const failures: unknown[] = []
  for (let call = 0; call < 1_000; call += 1) {
    void locked.wait(member).catch(({ code }: { code: unknown }) => codes.push(code))
    if (call % 50 === 0) {
      // Each on a connection of its own.
      module.login.wait(module.member).then(
        (slot) => module.login.release(slot, true),
        (reason: unknown) => failures.push(reason),
      )
    }
    await clock.advance(1)
  }
  await clock.advance(5_000)
  expect(new Set(codes)).toEqual(new Set(['28P01']))
  expect(codes).toHaveLength(1_000)
  expect(failures).toEqual([])
  expect(server.attempts).toBeLessThanOrEqual(20 + 15)
})

it('a connection that was recycled while it connected is not lent', async () => {
  const { clock, server, module } = one()
  server.connectMs = 100
  const asked = module.login.wait(module.member)
  await clock.advance(50)
  module.login.recycle()
  await clock.advance(300)
  const slot = await asked
  expect(slot.connection.id).toBe(2)
})

it('two hogs do not keep a small one from its share', async () => {
  const { clock, modules } = site({
    cap: 12,
    modules: 3,
    grade: 'dedicated',
    limits: () => ({ max: 100 }),
  })
  const [first, second, small] = modules as [Module, Module, Module]
  small.saturate({ callers: 1, holdMs: 20, forMs: 60_000 })
  await clock.advance(100)
  for (const hog of [first, second]) hog.saturate({ callers: 100, holdMs: 20, forMs: 60_000 })
  await clock.advance(3_000)
  small.saturate({ callers: 19, holdMs: 20, forMs: 60_000 })
  await clock.advance(5_000)
  expect(small.login.live).toBe(4)
})

describe('a caller who holds one and waits for another', () => {
  it('is not refused where somebody else will get on first', async () => {
    const { clock, modules } = site({
      cap: 3,
      modules: 3,
      grade: 'shared',
      limits: () => ({ max: 1 }),
    })
    const [a, b, c] = modules as [Module, Module, Module]
    const take = (module: Module, within?: Slot<MockConnection>) =>
      module.login.wait(module.member, { within })
    const [ofA, ofB, ofC] = [take(a), take(b), take(c)]
    await clock.advance(100)
    // A waits for B, B for C, and C is at work.
    const innerOfA = take(b, await ofA)
    const innerOfB = take(c, await ofB)
    let refused: unknown
    innerOfA.catch((reason: unknown) => (refused = reason))
    innerOfB.catch((reason: unknown) => (refused = reason))
    await clock.advance(100)
    expect(refused).toBeUndefined()
    c.login.release(await ofC, false)
    b.login.release(await innerOfB, false)
    b.login.release(await ofB, false)
    await expect(innerOfA).resolves.toBeDefined()
  })

  it('and gives its own back before, is no hindrance to who has it next', async () => {
    const { clock, module } = one({ cap: 1, limits: () => ({ max: 1 }) })
    const { login, member } = module
    const outer = login.wait(member)
    await clock.advance(10)
    const other = login.wait(member)
    const held = await outer
    login.release(held, false)
    const next = await other
    const forgotten = login.wait(member, { within: next }).catch((reason: unknown) => reason)
    await clock.advance(50)
    expect(await forgotten).toMatchObject({ code: 'PLT_POOL_DEADLOCK' })
    login.release(next, false)
    const fresh = await login.wait(member)
    const queued = login.wait(member)
    login.release(fresh, false)
    await expect(queued).resolves.toBeDefined()
  })

  it('is not refused while its transaction goes on and gives its own back', async () => {
    const { clock, module } = one({ cap: 1 })
    const { login, member } = module
    const outer = login.wait(member)
    await clock.advance(10)
    const within = await outer
    const forgotten = login.wait(member, { within })
    await clock.advance(15)
    login.release(within, false)
    await clock.advance(50)
    await expect(forgotten).resolves.toBeDefined()
  })

  it('is refused as soon as the last connection that could come does not', async () => {
    const { clock, server, host, module } = one({ cap: 2 })
    const { login, member } = module
    const outer = login.wait(member)
    await clock.advance(10)
    const within = await outer
    server.connectMs = 100
    server.refusal = () => error('53300')
    let refused: unknown
    login.wait(member, { within }).catch((reason: unknown) => {
      refused = reason
    })
    host.setCap(1)
    await clock.advance(90)
    expect(refused).toBeUndefined()
    await clock.advance(30)
    expect(refused).toMatchObject({ code: 'PLT_POOL_DEADLOCK' })
  })
})

const LIMITS = {
  min: 0,
  max: 10,
  weight: 1,
  acquireTimeoutMs: 30_000,
  maxWaiting: 100,
  shedding: { targetMs: 5_000, intervalMs: 10_000 },
}
const LOGIN = { idleTimeoutMs: 10_000, maxLifetimeMs: 0, connectTimeoutMs: 10_000 }
