import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import type { MigrationProgress } from '../system/migration-progress.js'
import { MigrationSystem } from '../system/migration-system.js'
import { Migrated } from './engine.fixture.js'
import { DEPLOYER_LOCK, moduleLock } from './lock-key.js'

const A = { 'vendas/001_a.sql': 'CREATE TABLE a (n int);' }

const ofKind = <Kind extends MigrationProgress['kind']>(all: MigrationProgress[], kind: Kind) =>
  all.filter((one): one is Extract<MigrationProgress, { kind: Kind }> => one.kind === kind)

it('waits for who migrates, tells who it is, and runs only what is left', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a (n int); SELECT pg_sleep(1);',
  })
  const first = migrated.system().runAllMigrations()
  const busy =
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(1)%' AND pid <> pg_backend_pid()"
  await expect.poll(() => migrated.rows(busy)).toHaveLength(1)
  const progress: MigrationProgress[] = []
  const second = await migrated.system().runAllMigrations({ onProgress: (p) => progress.push(p) })
  expect((await first).applied).toHaveLength(1)
  expect(second.applied).toEqual([])
  const [waiting] = ofKind(progress, 'waiting')
  expect(waiting?.holder).toMatchObject({
    user: migrated.database.administrator.user,
    application: expect.stringMatching(/^plataforma-migrations .*:\d+$/),
    since: expect.any(Date),
  })
  expect(Math.abs(Date.now() - Number(waiting?.holder?.since))).toBeLessThan(30_000)
})

it('gives up after the wait, and tells a foreign holder of its key as such', async () => {
  await using migrated = await Migrated.make(A)
  const { space, key } = DEPLOYER_LOCK
  await migrated.rows('SELECT pg_advisory_lock($1::int, $2::int)', [space, key])
  const run = () => migrated.system({ lockWaitMs: 200 }).runAllMigrations()
  await expect(run()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_LOCKED',
    message: expect.stringContaining('that runs none'),
    details: { isForeign: true, pid: expect.any(Number) },
  })
  await migrated.rows("SET application_name = 'plataforma-migrations elsewhere:1'")
  await expect(run()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_LOCKED',
    details: { isForeign: false },
  })
  await migrated.rows('SELECT pg_advisory_unlock_all()')
  expect((await run()).applied).toHaveLength(1)
})

it('does not wait beyond an abort', async () => {
  await using migrated = await Migrated.make(A)
  const { space, key } = DEPLOYER_LOCK
  await migrated.rows('SELECT pg_advisory_lock($1::int, $2::int)', [space, key])
  const abort = new AbortController()
  const run = migrated.system().runAllMigrations({
    signal: abort.signal,
    onProgress: ({ kind }) => kind === 'waiting' && abort.abort(new Error('enough')),
  })
  await expect(run).rejects.toThrow(/enough|abort/)
})

it('comes again to a lock that others hold, and readers do not wait behind it for long', async () => {
  await using migrated = await Migrated.make(A)
  await migrated.system().runAllMigrations()
  await migrated.write({ 'vendas/002_b.sql': 'ALTER TABLE a ADD COLUMN m int;' })
  await migrated.rows('BEGIN; SELECT * FROM module_vendas.a')
  const progress: MigrationProgress[] = []
  const lockTimeoutMs = 300
  const run = migrated
    .system({ lockTimeoutMs })
    .runAllMigrations({ onProgress: (p) => progress.push(p) })
  const reader = new pg.Client(migrated.database.connectionString)
  await reader.connect()
  // The longest wait behind each attempt: a busy machine may draw one out, not each.
  const longest = [0, 0, 0]
  for (let done = 0; done < longest.length; done = ofKind(progress, 'retrying').length) {
    const begin = performance.now()
    await reader.query('SELECT * FROM module_vendas.a')
    longest[done] = Math.max(longest[done] ?? 0, performance.now() - begin)
    await sleep(5)
  }
  await migrated.rows('COMMIT')
  expect((await run).applied).toHaveLength(1)
  await reader.end()
  expect(Math.min(...longest)).toBeGreaterThan(lockTimeoutMs / 2)
  expect(Math.min(...longest)).toBeLessThan(lockTimeoutMs + 100)
  expect(Math.max(...longest)).toBeLessThan(lockTimeoutMs + 5_000)
  const [first, second] = ofKind(progress, 'retrying')
  expect(first).toMatchObject({ attempt: 1, module: 'vendas', name: '002_b' })
  const pids = [first, second].flatMap((one) => one?.blockers.map(({ pid }) => pid) ?? [])
  const [me] = await migrated.rows<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  expect(pids).toContain(me?.pid)
})

it('begins its transaction again where it was the victim of a deadlock', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a (n int); CREATE TABLE b (n int);',
  })
  await migrated.system().runAllMigrations()
  await migrated.write({
    'vendas/002_b.sql': 'ALTER TABLE a ADD COLUMN m int; ALTER TABLE b ADD COLUMN m int;',
  })
  const other = new pg.Client(migrated.database.superuser)
  await other.connect()
  await other.query(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 2000', current_database()); END $$`)
  await other.query(`BEGIN; SET LOCAL deadlock_timeout = 60000; LOCK TABLE module_vendas.b`)
  const progress: MigrationProgress[] = []
  const run = migrated
    .system({ lockTimeoutMs: 60_000 })
    .runAllMigrations({ onProgress: (p) => progress.push(p) })
  const waits = `SELECT FROM pg_locks WHERE relation = 'module_vendas.b'::regclass AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
  await expect.poll(() => migrated.rows(waits)).toHaveLength(1)
  await other.query('LOCK TABLE module_vendas.a')
  await other.query('COMMIT')
  await other.end()
  expect((await run).applied).toHaveLength(1)
  expect(ofKind(progress, 'retrying')).toMatchObject([{ attempt: 1, name: '002_b' }])
  expect(await migrated.rows('SELECT a.m, b.m FROM module_vendas.a, module_vendas.b')).toEqual([])
})

it('fails in the end with the statement that waited, and the metadata set the limit', async () => {
  await using migrated = await Migrated.make(A)
  await migrated.system().runAllMigrations()
  await migrated.write({
    'vendas/002_b.sql':
      '-- @metadata {"lockTimeout": "50ms"}\nSELECT 1;\nALTER TABLE a ADD COLUMN m int;',
  })
  await migrated.rows('BEGIN; SELECT * FROM module_vendas.a')
  const run = migrated.system({ lockTimeoutMs: 60_000, lockRetries: 1 }).runAllMigrations()
  await expect(run).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    sqlState: '55P03',
    details: { line: 3 },
  })
})

it('an abort cancels the statement on the server, and the session goes back clean', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql':
      "CREATE TEMP TABLE leftover (); SELECT pg_advisory_lock(42); SET work_mem = '7MB'; SELECT pg_sleep(600);",
  })
  const pool = new pg.Pool({ connectionString: migrated.database.connectionString, max: 3 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await using system = new MigrationSystem({ db, directory: migrated.directory, types: false })
  const abort = new AbortController()
  const run = system.runAllMigrations({ signal: abort.signal })
  const busy =
    "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%' AND state = 'active' AND pid <> pg_backend_pid()"
  await expect.poll(() => migrated.rows(`SELECT ${busy}`)).toHaveLength(1)
  abort.abort(new Error('Ctrl-C'))
  await expect(run).rejects.toThrow('Ctrl-C')
  expect(await migrated.rows(`SELECT ${busy}`)).toEqual([])
  expect(
    await migrated.rows(`SELECT FROM pg_locks WHERE locktype = 'advisory'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`),
  ).toEqual([])
  const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()])
  for (const client of clients) {
    const { rows } = await client.query(`SELECT current_setting('work_mem') AS m,
      to_regclass('pg_temp.leftover') AS t, current_setting('application_name') AS a,
      (SELECT count(*)::int FROM pg_prepared_statements) AS p`)
    expect(rows).toEqual([{ m: '4MB', t: null, a: '', p: 0 }])
    client.release()
  }
  await migrated.write({ 'vendas/001_a.sql': 'CREATE TABLE a ()' })
  expect((await system.runAllMigrations()).applied).toHaveLength(1)
  await db.destroy()
})

it('works with a handle of one connection', async () => {
  await using migrated = await Migrated.make({ ...A, 'estoque/001_a.sql': 'CREATE TABLE a ()' })
  const pool = new pg.Pool({ connectionString: migrated.database.connectionString, max: 1 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await using system = new MigrationSystem({ db, directory: migrated.directory, types: false })
  expect((await system.runAllMigrations()).applied).toHaveLength(2)
  await db.destroy()
})

it('independent modules migrate at the same time', async () => {
  await using migrated = await Migrated.make({
    'a/001_a.sql': 'SELECT pg_advisory_lock(1)',
    // Goes on only where b is running as well.
    'b/001_a.sql': `DO $$ BEGIN
      WHILE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
      LOOP PERFORM pg_sleep(0.01); END LOOP; END $$`,
  })
  expect((await migrated.system().runAllMigrations()).applied).toHaveLength(2)
})

it('migrates no module whose lock another session has, nor undoes, repairs or records it', async () => {
  await using migrated = await Migrated.make({
    ...A,
    'estoque/001_a.sql': 'CREATE TABLE a ();\n-- @down\nDROP TABLE a;',
  })
  const { space, key } = moduleLock('estoque')
  await migrated.rows(`SELECT pg_advisory_lock(${space}, ${key})`)
  const system = migrated.system({ lockWaitMs: 200 })
  await expect(system.runAllMigrations()).rejects.toMatchObject({ code: 'PLT_MIGRATION_LOCKED' })
  expect(await migrated.applied()).not.toContain('estoque:001_a')
  await migrated.rows(`SELECT pg_advisory_unlock(${space}, ${key})`)
  await system.runAllMigrations()
  await migrated.rows(`SELECT pg_advisory_lock(${space}, ${key})`)
  for (const call of [
    () => system.rollback({ module: 'estoque', steps: 1 }),
    () => system.repair(),
    () => system.baseline({ module: 'estoque' }),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'PLT_MIGRATION_LOCKED' })
  }
  expect(await migrated.applied()).toContain('estoque:001_a')
})
