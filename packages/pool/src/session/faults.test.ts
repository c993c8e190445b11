import { PlataformaDialect } from '@plataforma/core'
import { type PostgresServer, startPostgres, startTcpProxy } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { MultiPoolManager, type MultiPoolManagerOptions } from '../manager/multi-pool-manager.js'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.close())

function site(options: Partial<MultiPoolManagerOptions> = {}) {
  const pools = new MultiPoolManager({
    connectionString: server.connectionString,
    poolConfig: { max: 5, acquireTimeoutMs: 5_000 },
    budget: 5,
    connectTimeoutMs: 5_000,
    closeTimeoutMs: 2_000,
    ...options,
  })
  const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions: pools.sessions }) })
  return { pools, db }
}

async function answer(
  work: Promise<unknown>,
): Promise<{ code?: unknown; message?: string } | 'ok'> {
  try {
    await work
    return 'ok'
  } catch (error) {
    return error as { code?: unknown; message?: string }
  }
}

/** Calls until one succeeds; how long that took, in milliseconds. */
async function untilWell(db: Kysely<unknown>, limitMs = 5_000): Promise<number> {
  const since = performance.now()
  while (performance.now() - since < limitMs) {
    if ((await answer(sql`select 1`.execute(db))) === 'ok') break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return performance.now() - since
}

async function administer<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(server.connectionString)
  await client.connect()
  try {
    return (await client.query(text, values)).rows as Row[]
  } finally {
    await client.end()
  }
}

/** Until that many statements sleep on the server, so that what comes next meets them there. */
async function untilAsleep(statements: number): Promise<void> {
  const asleep = `select from pg_stat_activity where wait_event = 'PgSleep'`
  await expect.poll(() => administer(asleep)).toHaveLength(statements)
}

describe.each(['cut', 'reset'] as const)('a network that %ss connections', (fault) => {
  it('costs what is under way, and nothing that comes next', async () => {
    await using proxy = await startTcpProxy(server)
    const { pools, db } = site({ connectionString: proxy.url(server.connectionString) })
    await using _ = pools
    // While they lie idle.
    await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.02)`.execute(db)))
    proxy[fault]()
    await expect.poll(() => pools.sessions.stats?.().idle).toBe(0)
    expect(await answer(sql`select 1`.execute(db))).toBe('ok')
    // During a statement, and in a transaction.
    const running = answer(sql`select pg_sleep(5)`.execute(db))
    const inTransaction = answer(
      db.transaction().execute(async (trx) => {
        await sql`select 1`.execute(trx)
        await sql`select pg_sleep(5)`.execute(trx)
      }),
    )
    await untilAsleep(2)
    proxy[fault]()
    expect(await running).toBeInstanceOf(Error)
    expect(await inTransaction).toBeInstanceOf(Error)
    await expect.poll(() => pools.sessions.stats?.().idle).toBe(0)
    expect(await answer(sql`select 1`.execute(db))).toBe('ok')
    // While a transaction does nothing, and as it is given back.
    const released = answer(
      db.connection().execute(async (connection) => {
        await sql`begin; select pg_current_xact_id()`.execute(connection)
        proxy[fault]()
      }),
    )
    await released
    expect(await untilWell(db)).toBeLessThan(5_000)
  })
})

describe('a network that swallows everything', () => {
  it('holds up connecting for no longer than its limit', async () => {
    await using proxy = await startTcpProxy(server)
    const { pools, db } = site({
      connectionString: proxy.url(server.connectionString),
      connectTimeoutMs: 1_000,
    })
    await using _ = pools
    proxy.blackHole()
    const since = performance.now()
    expect(await answer(sql`select 1`.execute(db))).toMatchObject({ code: 'ETIMEDOUT' })
    expect(performance.now() - since).toBeLessThan(3_000)
    await proxy.restore()
    expect(await untilWell(db)).toBeLessThan(3_000)
  })

  it('does not hold up close beyond its limit, though a statement is under way', async () => {
    await using proxy = await startTcpProxy(server)
    const { pools, db } = site({
      connectionString: proxy.url(server.connectionString),
      closeTimeoutMs: 500,
    })
    await sql`select 1`.execute(db)
    const running = answer(sql`select pg_sleep(30)`.execute(db))
    await untilAsleep(1)
    proxy.blackHole()
    const since = performance.now()
    await pools.close()
    expect(performance.now() - since).toBeLessThan(8_000)
    expect(await running).toBeInstanceOf(Error)
  })
})

it('a slow network slows calls and fails none', async () => {
  await using proxy = await startTcpProxy(server)
  proxy.delay({ toServerMs: 5, toClientMs: 5 })
  const { pools, db } = site({ connectionString: proxy.url(server.connectionString) })
  await using _ = pools
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => answer(sql`select 1`.execute(db))),
  )
  expect(answers.every((each) => each === 'ok')).toBe(true)
})

describe('backends that an administrator ends', () => {
  it('while they are idle are nobody’s failure', async () => {
    const { pools, db } = site()
    await using _ = pools
    await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.02)`.execute(db)))
    await administer(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = $1',
      ['client backend'],
    )
    await expect.poll(() => pools.sessions.stats?.().idle).toBe(0)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => answer(sql`select 1`.execute(db))),
    )
    expect(answers.every((each) => each === 'ok')).toBe(true)
  })

  it('while they are lent fail their statement alone', async () => {
    const { pools, db } = site()
    await using _ = pools
    const running = answer(sql`select pg_sleep(5) /* victim */`.execute(db))
    await untilAsleep(1)
    await administer(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%victim%' and pid <> pg_backend_pid()",
    )
    expect(await running).toMatchObject({ code: '57P01' })
    expect(await answer(sql`select 1`.execute(db))).toBe('ok')
  })
})

describe('a server that goes away', () => {
  it('is asked ten times a second at the most, and used again soon after it is back', async () => {
    const target = { host: server.host, port: server.port }
    await using proxy = await startTcpProxy(target)
    const { pools, db } = site({
      connectionString: proxy.url(server.connectionString),
      budget: 5,
      poolConfig: { max: 5 },
    })
    await using _ = pools
    await Promise.all([1, 2, 3].map(() => sql`select pg_sleep(0.02)`.execute(db)))
    const connects = vi.spyOn(pg.Client.prototype, 'connect')
    try {
      await server.stop({ mode: 'immediate' })
      connects.mockClear()
      const began = performance.now()
      let calls = 0
      while (performance.now() - began < 3_000 || calls <= 100) {
        expect(await answer(sql`select 1`.execute(db))).not.toBe('ok')
        calls += 1
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      const seconds = (performance.now() - began) / 1_000
      expect(connects.mock.calls.length).toBeLessThanOrEqual(4 + 10 * seconds)
    } finally {
      connects.mockRestore()
      await server.start()
    }
    expect(await untilWell(db)).toBeLessThan(5_000)
  })
})

describe('under load', () => {
  async function load(db: Kysely<unknown>, during: () => Promise<unknown>) {
    const failures: unknown[] = []
    let done = 0
    let isOver = false
    const callers = Array.from({ length: 20 }, async () => {
      while (!isOver) {
        const result = await answer(sql`select pg_sleep(0.002)`.execute(db))
        if (result === 'ok') done += 1
        else failures.push(result)
      }
    })
    await expect.poll(() => done).toBeGreaterThan(25)
    await during()
    const before = done
    await expect.poll(() => done).toBeGreaterThan(before + 25)
    isOver = true
    await Promise.all(callers)
    return { done, failures }
  }

  it('limits change, and no call fails', async () => {
    const { pools, db } = site()
    await using _ = pools
    const { done, failures } = await load(db, async () => {
      for (const max of [1, 5, 2, 4]) {
        await pools.poolOf('(administrator)').reconfigure({ max })
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    })
    expect(failures).toEqual([])
    expect(done).toBeGreaterThan(50)
  })

  it('close lets finish what was lent', async () => {
    const { pools, db } = site()
    const running = Array.from({ length: 5 }, () => answer(sql`select pg_sleep(1)`.execute(db)))
    await expect.poll(() => pools.sessions.stats?.().active, { timeout: 5_000 }).toBe(5)
    await pools.close()
    expect(await Promise.all(running)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok'])
    expect(await answer(sql`select 1`.execute(db))).toMatchObject({ code: 'PLT_CLOSED' })
  })
})
