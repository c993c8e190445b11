import { createDatabase, PlataformaDialect } from '@plataforma/core'
import { startTcpProxy, type TcpProxy } from '@plataforma/testkit'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { openHandle } from '../ground/open-handle.js'
import { migrations } from '../plugin/migrations.js'
import { Migrated } from '../run/engine.fixture.js'
import { DEPLOYER_LOCK } from '../run/lock-key.js'
import { MigrationSystem } from '../system/migration-system.js'
import { ABORT_GRACE_MS } from './abort-deadline.js'

/** With the time of a busy machine. */
const LIMIT_MS = ABORT_GRACE_MS + 3_000
const SLOW = { 'vendas/001_a.sql': 'CREATE TABLE a (); SELECT pg_sleep(600);' }
const REASON = new Error('Ctrl-C')
const GIVEN_UP = { code: 'PLT_DATABASE_UNAVAILABLE', cause: REASON }

const opened: AsyncDisposable[] = []
let network: TcpProxy | undefined
let abort: AbortController
let onData: (bytes: Buffer) => void

beforeEach(() => {
  abort = new AbortController()
  onData = () => {}
  return async () => {
    await network?.restore()
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
  }
})

async function through(
  files: Readonly<Record<string, string>>,
): Promise<{ migrated: Migrated; proxy: TcpProxy; address: string }> {
  const migrated = await Migrated.make(files)
  const proxy = await startTcpProxy(migrated.database.server, {
    onData: (direction, bytes) => direction === 'toServer' && onData(bytes),
  })
  opened.push(migrated, proxy)
  network = proxy
  return { migrated, proxy, address: proxy.url(migrated.database.connectionString) }
}

async function sleeps(migrated: Migrated): Promise<void> {
  const busy = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND state = 'active' AND query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`
  await expect.poll(() => migrated.rows(busy)).toHaveLength(1)
}

/** Ends in time, with this error. */
async function endsWith(call: Promise<unknown>, error: object): Promise<void> {
  const begin = performance.now()
  await expect(call).rejects.toMatchObject(error)
  expect(performance.now() - begin).toBeLessThan(LIMIT_MS)
}

async function closes(closed: Promise<void>, limitMs = LIMIT_MS): Promise<void> {
  const begin = performance.now()
  await closed
  expect(performance.now() - begin).toBeLessThan(limitMs)
}

describe('a network that swallows everything, on connections of our own', () => {
  it('ends an aborted run, and the next one does it', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    const system = migrated.system({ connectionString: address })
    const run = system.runAllMigrations({ signal: abort.signal })
    await sleeps(migrated)
    proxy.blackHole()
    abort.abort(REASON)
    await endsWith(run, GIVEN_UP)
    await closes(system.close())
    await proxy.restore()
    await migrated.write({ 'vendas/001_a.sql': 'CREATE TABLE a ()' })
    expect((await migrated.system().runAllMigrations()).applied).toHaveLength(1)
  })

  it('ends by close() what runs, with all its sockets', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    const system = migrated.system({ connectionString: address })
    const run = system.runAllMigrations()
    const ended = endsWith(run, { code: 'PLT_DATABASE_UNAVAILABLE' })
    await sleeps(migrated)
    proxy.blackHole()
    await closes(system.close())
    await ended
  })

  it('ends who waits for another process', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    const { space, key } = DEPLOYER_LOCK
    await migrated.rows('SELECT pg_advisory_lock($1::int, $2::int)', [space, key])
    const waits = Promise.withResolvers<void>()
    const run = migrated.system({ connectionString: address }).runAllMigrations({
      signal: abort.signal,
      onProgress: ({ kind }) => {
        if (kind !== 'waiting') return
        proxy.blackHole()
        onData = () => abort.abort(REASON)
        waits.resolve()
      },
    })
    const ended = endsWith(run, GIVEN_UP)
    await waits.promise
    await ended
  })

  it('tells of a COMMIT that nobody knows the end of', async () => {
    const { migrated, proxy, address } = await through({ 'vendas/001_a.sql': 'CREATE TABLE a ()' })
    onData = (bytes) => {
      if (!bytes.includes('COMMIT; DISCARD TEMP')) return
      proxy.blackHole()
      abort.abort(REASON)
    }
    const system = migrated.system({ connectionString: address })
    await endsWith(system.runAllMigrations({ signal: abort.signal }), {
      code: 'PLT_OUTCOME_UNKNOWN',
    })
  })

  it.each([
    ['plan', (system: MigrationSystem, signal: AbortSignal) => system.plan({ signal })],
    ['getStatus', (system: MigrationSystem, signal: AbortSignal) => system.getStatus({ signal })],
    ['history', (system: MigrationSystem, signal: AbortSignal) => system.history({ signal })],
  ] as const)('lets %s go at once', async (_, read) => {
    const { migrated, proxy, address } = await through(SLOW)
    const system = migrated.system({ connectionString: address })
    await read(system, abort.signal)
    proxy.blackHole()
    onData = () => abort.abort(REASON)
    const begin = performance.now()
    await expect(read(system, abort.signal)).rejects.toBe(REASON)
    expect(performance.now() - begin).toBeLessThan(ABORT_GRACE_MS / 2)
    await closes(system.close())
  })

  it('ends who connects: by an abort, by close() and by its own limit', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    proxy.blackHole()
    const aborted = migrated.system({ connectionString: address })
    const run = aborted.runAllMigrations({ signal: abort.signal })
    await expect.poll(() => proxy.connections).toBe(1)
    abort.abort(REASON)
    await expect(run).rejects.toBe(REASON)
    await closes(aborted.close())
    const closed = migrated.system({ connectionString: address })
    const status = closed.getStatus().catch((error: Error) => error.name)
    await expect.poll(() => proxy.connections).toBe(2)
    await closes(closed.close())
    expect(await status).toBe('AbortError')
    await expect(openHandle(address, { connectTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
    })
  })

  it('is over for the next call of the same system', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    const system = migrated.system({ connectionString: address })
    const run = system.runAllMigrations({ signal: abort.signal })
    await sleeps(migrated)
    proxy.blackHole()
    abort.abort(REASON)
    await endsWith(run, GIVEN_UP)
    await proxy.restore()
    await migrated.write({ 'vendas/001_a.sql': 'CREATE TABLE a ()' })
    expect((await system.runAllMigrations()).applied).toHaveLength(1)
  })
})

describe('a network that swallows everything, on a handle that was given', () => {
  it('ends the run; its connection is for nobody, and ended when the server answers', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    const pool = new pg.Pool({ connectionString: address, max: 2 })
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    opened.push(db)
    const system = new MigrationSystem({ db, directory: migrated.directory, types: false })
    const run = system.runAllMigrations({ signal: abort.signal })
    await sleeps(migrated)
    proxy.blackHole()
    abort.abort(REASON)
    await endsWith(run, GIVEN_UP)
    await closes(system.close())
    expect(pool.totalCount - pool.idleCount).toBeGreaterThan(0)
    await migrated.rows(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%'
        AND pid <> pg_backend_pid()`)
    await proxy.restore()
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0)
    const clients = await Promise.all([pool.connect(), pool.connect()])
    for (const client of clients) {
      const { rows } = await client.query(`SELECT current_setting('application_name') AS name,
        now() = statement_timestamp() AS alone`)
      expect(rows).toEqual([{ name: '', alone: true }])
      client.release()
    }
  })

  it('ends who connects', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    proxy.blackHole()
    const pool = new pg.Pool({ connectionString: address })
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
    opened.push(db)
    const system = new MigrationSystem({ db, directory: migrated.directory, types: false })
    const run = system.runAllMigrations({ signal: abort.signal })
    await expect.poll(() => proxy.connections).toBe(1)
    abort.abort(REASON)
    await endsWith(run, REASON)
    await closes(system.close())
  })

  it('drops the connections of a PlataformaDialect', async () => {
    const { migrated, proxy, address } = await through(SLOW)
    const pool = new pg.Pool({ connectionString: address, max: 2 })
    const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ pool }) })
    opened.push(db)
    const system = new MigrationSystem({ db, directory: migrated.directory, types: false })
    const run = system.runAllMigrations({ signal: abort.signal })
    await sleeps(migrated)
    proxy.blackHole()
    abort.abort(REASON)
    await endsWith(run, GIVEN_UP)
    await expect.poll(() => pool.totalCount - pool.idleCount, { timeout: LIMIT_MS }).toBe(0)
  })
})

it('a network that swallows everything lets a system close, and ends its run', async () => {
  const { migrated, proxy, address } = await through(SLOW)
  const database = createDatabase({
    connectionString: address,
    secret: 'a secret for tests only',
    plugins: [migrations({ directory: migrated.directory, types: false })],
  })
  await database.initialize()
  const run = database.migrations.runAllMigrations({ signal: abort.signal })
  await sleeps(migrated)
  proxy.blackHole()
  abort.abort(REASON)
  await endsWith(run, GIVEN_UP)
  await proxy.restore()
  // A server does not learn at once that its client is gone.
  await migrated.rows(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%'
      AND pid <> pg_backend_pid()`)
  const again = database.migrations.runAllMigrations()
  const ended = endsWith(again, { code: 'PLT_DATABASE_UNAVAILABLE' })
  await sleeps(migrated)
  proxy.blackHole()
  // Its own connections take their time as well.
  await closes(database.close(), LIMIT_MS + 6_000)
  await ended
}, 40_000)

it('code that waits for something else is left alone after an abort', async () => {
  const { migrated } = await through({})
  const started = Promise.withResolvers<void>()
  const up = async () => {
    started.resolve()
    await new Promise(() => {})
  }
  const system = migrated.system({ sources: [{ module: 'vendas', name: '001_a', up }] })
  const run = system.runAllMigrations({ signal: abort.signal })
  await started.promise
  abort.abort(REASON)
  const begin = performance.now()
  await expect(run).rejects.toBe(REASON)
  expect(performance.now() - begin).toBeLessThan(LIMIT_MS)
})
