import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { Pool } from './pool.js'
import type { PoolConfig } from './pool-config.js'

let database: TestDatabase
const pools: Pool[] = []

beforeAll(async () => {
  database = await testDatabase()
})

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.ending || pool.end()))
})

afterAll(() => database.drop())

function open(config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: database.connectionString, ...config })
  pools.push(pool)
  return pool
}

describe('where pg.Pool stands', () => {
  it('fits in its type', () => {
    const pool: pg.Pool = open()
    expect(pool).toBeInstanceOf(Pool)
  })

  it.each([
    { hygiene: 'ful' },
    { compat: 'pgpool' },
    { leakDetectionMs: '5s' },
    { deadlockTimeoutMs: Number.NaN },
  ])('refuses %j, which it cannot use', (config) => {
    expect(() => new Pool(config as never)).toThrow(
      expect.objectContaining({
        code: 'PLT_CONFIG_INVALID',
        details: { key: Object.keys(config)[0] },
      }),
    )
  })

  it('answers promises and callbacks, and calls no callback before it returns', async () => {
    const pool = open()
    expect((await pool.query('select $1::int as n', [1])).rows).toEqual([{ n: 1 }])
    const answered = Promise.withResolvers<unknown>()
    let isSync = true
    expect(
      pool.query('select 2 as n', (error: Error, result: pg.QueryResult) =>
        error ? answered.reject(error) : answered.resolve([isSync, result.rows]),
      ),
    ).toBeUndefined()
    isSync = false
    expect(await answered.promise).toEqual([false, [{ n: 2 }]])
    const connected = Promise.withResolvers<boolean>()
    isSync = true
    pool.connect((_, client, done) => {
      done()
      connected.resolve(isSync || client === undefined)
    })
    isSync = false
    expect(await connected.promise).toBe(false)
  })

  it('can be made a subclass of, and takes another class of promises and of clients', async () => {
    class OurPool extends Pool {}
    class OurPromise<T> extends Promise<T> {}
    class OurClient extends pg.Client {}
    const pool = new OurPool(
      { connectionString: database.connectionString, Promise: OurPromise as PromiseConstructor },
      OurClient,
    )
    const connecting = pool.connect()
    expect(connecting).toBeInstanceOf(OurPromise)
    const client = await connecting
    expect(client).toBeInstanceOf(OurClient)
    expect(pool.Client).toBe(OurClient)
    client.release()
    await pool.end()
  })

  it('lends the same client object for the same connection', async () => {
    const pool = open({ max: 1 })
    const first = await pool.connect()
    first.release()
    const second = await pool.connect()
    expect(second).toBe(first)
    second.release()
  })

  it('throws at a second release, also through what another borrower kept', async () => {
    const pool = open({ max: 1 })
    const client = await pool.connect()
    const { release } = client
    release()
    expect(() => release()).toThrow('already been released')
    const again = await pool.connect()
    expect(() => release()).toThrow('already been released')
    again.release()
  })

  it('tells what happens, in the order of pg.Pool', async () => {
    const pool = open({ max: 1 })
    const events: string[] = []
    for (const event of ['connect', 'acquire', 'release', 'remove']) {
      pool.on(event, () => events.push(event))
    }
    await pool.query('select 1')
    const client = await pool.connect()
    client.release(true)
    await pool.end()
    expect(events).toEqual(['connect', 'acquire', 'release', 'acquire', 'release', 'remove'])
  })

  it('counts as pg.Pool counts, at once', async () => {
    const pool = open({ max: 1 })
    const counts = () => [pool.totalCount, pool.idleCount, pool.waitingCount]
    expect(counts()).toEqual([0, 0, 0])
    const first = pool.connect()
    expect(counts()).toEqual([1, 0, 0])
    const client = await first
    const second = pool.connect()
    expect(counts()).toEqual([1, 0, 1])
    client.release()
    ;(await second).release()
    expect(counts()).toEqual([1, 1, 0])
  })

  it('gives up with the words that callers of pg.Pool look for', async () => {
    const pool = open({ max: 1, connectionTimeoutMillis: 500 })
    const client = await pool.connect()
    const error = await pool.connect().catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'PLT_POOL_TIMEOUT' })
    expect(String((error as Error).message)).toMatch(/^timeout exceeded when trying to connect/)
    client.release()
  })

  it.each([Number.POSITIVE_INFINITY, 2 ** 30])('waits for %d ms as for ever', async (limit) => {
    const pool = open({ max: 1, connectionTimeoutMillis: limit })
    const answers = Array.from({ length: 3 }, () => pool.query('select pg_sleep(0.01)'))
    await expect(Promise.all(answers)).resolves.toBeDefined()
  })

  it.each([-1, 'ten'])('refuses a `max` of %s, which would be none', (max) => {
    expect(() => new Pool({ max: max as number })).toThrow(
      expect.objectContaining({ code: 'PLT_CONFIG_INVALID' }),
    )
  })

  it('ends a client that has served often enough, and one that is too old', async () => {
    const pool = open({ max: 1, maxUses: 2 })
    const pid = async () => (await pool.query('select pg_backend_pid() as pid')).rows[0].pid
    const pids = [await pid(), await pid(), await pid()]
    expect(new Set(pids).size).toBe(2)
    const aged = open({ max: 1, maxLifetimeSeconds: 0.2 })
    const client = await aged.connect()
    await expect.poll(() => aged.expiredCount).toBe(1)
    client.release()
    expect(aged.totalCount).toBe(0)
  })

  it('serves those who wait before it ends, and nobody who comes later', async () => {
    const pool = open({ max: 1 })
    const answers = Array.from({ length: 5 }, (_, n) => pool.query('select $1::int as n', [n]))
    const ending = pool.end()
    await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'PLT_CLOSED' })
    await expect(pool.end()).rejects.toMatchObject({ code: 'PLT_CLOSED' })
    await ending
    expect((await Promise.all(answers)).map(({ rows }) => rows[0].n)).toEqual([0, 1, 2, 3, 4])
    expect(pool.ended).toBe(true)
  })

  it('hides the password, and leaves the options that it was given alone', async () => {
    const config = { connectionString: database.connectionString, password: 'secret', max: 3 }
    const pool = new Pool(config)
    expect(JSON.stringify(pool.options)).not.toContain('"password"')
    expect(pool.options.password).toBe('secret')
    expect(config).toEqual({
      connectionString: database.connectionString,
      password: 'secret',
      max: 3,
    })
    await pool.end()
  })

  it('runs hooks before the first borrower, and tells their failure to one caller', async () => {
    const failures = [new Error('not this one')]
    const pool = open({
      max: 1,
      onConnect: async (client) => {
        const failure = failures.shift()
        if (failure) throw failure
        await client.query("set application_name = 'hooked'")
      },
    })
    await expect(pool.connect()).rejects.toThrow('not this one')
    const { rows } = await pool.query('show application_name')
    expect(rows).toEqual([{ application_name: 'hooked' }])
    const verified = open({ verify: (_, done) => done(new Error('unfit')) })
    await expect(verified.query('select 1')).rejects.toThrow('unfit')
  })
})

describe('a listener that throws', () => {
  it.each(['acquire', 'release', 'remove'])('at %s does not cost a connection', async (event) => {
    const pool = open({ max: 1 })
    const thrown: unknown[] = []
    const failure = new Error(`listener of ${event}`)
    const catcher = (error: unknown) => thrown.push(error)
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', catcher)
    pool.once(event, () => {
      throw failure
    })
    try {
      const client = await pool.connect()
      client.release(true)
      expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
      await expect.poll(() => thrown).toEqual([failure])
    } finally {
      process.removeListener('uncaughtException', catcher)
      for (const other of others) process.on('uncaughtException', other)
    }
  })
})

describe('a connection that is lost', () => {
  it('is told by an event where anybody listens, and never ends the process', async () => {
    const pool = open({ max: 1 })
    const silent = open({ max: 1 })
    const lost = once(pool, 'error')
    const client = await pool.connect()
    await silent.query('select 1')
    client.release()
    await using admin = await administrator()
    await admin.client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    const [error, errorClient] = await lost
    expect(error.client).toBe(client)
    expect(errorClient).toBe(client)
    await expect.poll(() => [pool.totalCount, silent.totalCount]).toEqual([0, 0])
    expect((await silent.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })

  it('while lent fails the borrower’s call alone, and is not lent again', async () => {
    const pool = open({ max: 1 })
    const client = await pool.connect()
    const { rows } = await client.query('select pg_backend_pid() as pid')
    await using admin = await administrator()
    const sleeping = expect(client.query('select pg_sleep(20)')).rejects.toThrow()
    await admin.client.query('select pg_terminate_backend($1)', [rows[0].pid])
    await sleeping
    client.release()
    await expect.poll(() => pool.totalCount).toBe(0)
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  })
})

describe('the process', () => {
  it('may exit while clients are idle, where that is allowed', async () => {
    const script = `
      import { Pool } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)}
      const pool = new Pool({ connectionString: process.env.URL, allowExitOnIdle: true, idleTimeoutMillis: 0 })
      await pool.query('select 1')
      console.log('done')`
    const run = promisify(execFile)
    const { stdout } = await run(
      process.execPath,
      [
        '--conditions=plataforma-source',
        `--import=${import.meta.resolve('tsx')}`,
        '--input-type=module',
        '-e',
        script,
      ],
      { env: { ...process.env, URL: database.connectionString }, timeout: 25_000 },
    )
    expect(stdout).toBe('done\n')
  })
})

async function administrator() {
  const client = new pg.Client(database.connectionString)
  await client.connect()
  return { client, [Symbol.asyncDispose]: () => client.end() }
}
