import { setTimeout as sleep } from 'node:timers/promises'
import { startTcpProxy } from '@plataforma/testkit'
import { Kysely, PostgresDialect, type PostgresDialectConfig } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import { Migrated } from '../run/engine.fixture.js'
import { MigrationSystem } from '../system/migration-system.js'
import { ABORT_GRACE_MS } from './abort-deadline.js'

const WAITS = { 'vendas/001_a.sql': 'SELECT pg_advisory_lock(7)' }
const REASON = new Error('Ctrl-C')

/** A run on a pool of one connection, which waits for a lock of the test. */
async function waitingRun(migrated: Migrated, config: PostgresDialectConfig) {
  await migrated.rows('SELECT pg_advisory_lock(7)')
  const db = new Kysely<unknown>({ dialect: new PostgresDialect(config) })
  const system = new MigrationSystem({ db, directory: migrated.directory, types: false })
  const abort = new AbortController()
  const run = system.runAllMigrations({ signal: abort.signal })
  run.catch(() => {})
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event = 'advisory'`
  await expect.poll(() => migrated.rows(waits)).toHaveLength(1)
  return { abort, run }
}

it('a cancel that is late hits nobody who has the connection next', async () => {
  await using migrated = await Migrated.make(WAITS)
  const sent = Promise.withResolvers<void>()
  await using proxy = await startTcpProxy(migrated.database.server, {
    onData: (direction, bytes) => {
      if (direction === 'toClient' || !bytes.includes('pg_cancel_backend')) return
      proxy.blackHole('toServer')
      sent.resolve()
    },
  })
  const pool = new pg.Pool({ connectionString: migrated.database.connectionString, max: 1 })
  const controlClient = class extends pg.Client {
    constructor() {
      super(proxy.url(migrated.database.connectionString))
    }
  }
  const { abort, run } = await waitingRun(migrated, { pool, controlClient })
  abort.abort(REASON)
  await sent.promise
  await migrated.rows('SELECT pg_advisory_unlock(7)')
  const next = pool.query('SELECT pg_sleep(1.5)')
  next.catch(() => {})
  // As long as it takes who should not have the connection yet to get at it.
  await Promise.race([next.catch(() => {}), sleep(1_000)])
  await proxy.restore()
  await expect(run).rejects.toBe(REASON)
  expect((await next).rowCount).toBe(1)
  await pool.end()
})

it('a cancel that waits for a connection of a full pool is withdrawn', async () => {
  await using migrated = await Migrated.make(WAITS)
  const pool = new pg.Pool({ connectionString: migrated.database.connectionString, max: 1 })
  const withoutClient = {
    options: pool.options,
    connect: () => pool.connect(),
    end: () => pool.end(),
  }
  const { abort, run } = await waitingRun(migrated, { pool: withoutClient })
  abort.abort(REASON)
  const begin = performance.now()
  await migrated.rows('SELECT pg_advisory_unlock(7)')
  await expect(run).rejects.toBe(REASON)
  expect(performance.now() - begin).toBeLessThan(ABORT_GRACE_MS)
  expect((await pool.query('SELECT pg_sleep(0.5)')).rowCount).toBe(1)
  await pool.end()
})

it('what only reads is cancelled as well, and its caller does not wait for that', async () => {
  await using migrated = await Migrated.make(WAITS)
  const pool = new pg.Pool({ connectionString: migrated.database.connectionString, max: 2 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const system = new MigrationSystem({ db, directory: migrated.directory, types: false })
  await migrated.system().baseline()
  await migrated.rows('BEGIN; LOCK TABLE plataforma.migrations')
  const abort = new AbortController()
  const status = system.getStatus({ signal: abort.signal })
  const waits = `SELECT FROM pg_locks WHERE NOT granted
    AND relation = 'plataforma.migrations'::regclass
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  await expect.poll(() => migrated.rows(waits)).toHaveLength(1)
  abort.abort(REASON)
  await expect(status).rejects.toBe(REASON)
  await expect.poll(() => migrated.rows(waits)).toEqual([])
  await migrated.rows('ROLLBACK')
  expect(await system.getStatus()).toHaveLength(1)
  await db.destroy()
})
