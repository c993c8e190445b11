import {
  type FrontendMessage,
  startMessageProxy,
  startPgBouncer,
  startTcpProxy,
} from '@plataforma/testkit'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import type { MigrationProgress } from '../system/migration-progress.js'
import { MigrationSystem } from '../system/migration-system.js'
import { Migrated } from './engine.fixture.js'

const isCommit = ({ bytes }: FrontendMessage) => bytes.includes('COMMIT; DISCARD TEMP')

it.each([
  ['pass-then-cut', 'is gone on from where it was done'],
  ['cut', 'is told where it was not done'],
] as const)('a connection lost at COMMIT (%s) %s', async (verdict, _) => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a (n int);',
    'vendas/002_b.sql': 'CREATE TABLE b (n int);',
  })
  let commits = 0
  await using proxy = await startMessageProxy(migrated.database.server, {
    onMessage: (message) => (isCommit(message) && ++commits === 1 ? verdict : 'pass'),
  })
  const connectionString = proxy.url(migrated.database.connectionString)
  const run = migrated.system({ connectionString }).runAllMigrations()
  if (verdict === 'pass-then-cut') {
    const { applied } = await run
    expect(applied.map(({ name }) => name)).toEqual(['001_a', '002_b'])
    expect(applied.every(({ durationMs }) => durationMs > 0)).toBe(true)
  } else {
    await expect(run).rejects.toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
    expect((await migrated.system().runAllMigrations()).applied).toHaveLength(2)
  }
  expect(await migrated.applied()).toEqual(['vendas:001_a', 'vendas:002_b'])
})

it.each([
  ['steps', { steps: 2 }],
  ['to', { to: '0' }],
] as const)('a rollback by %s whose COMMIT is lost goes on', async (_, target) => {
  const down = (name: string) => `CREATE TABLE ${name} (n int);\n-- @down\nDROP TABLE ${name};`
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': down('a'),
    'vendas/002_b.sql': down('b'),
    'vendas/003_c.sql': `CREATE TABLE c (n int); CREATE INDEX c_n ON c (n);
-- @down
COMMENT ON TABLE c IS 'x';
DROP INDEX CONCURRENTLY c_n;
DROP TABLE c;`,
  })
  await migrated.system().runAllMigrations()
  // Of each kind once: before the last transaction of a migration, and the last one.
  let commits = 0
  await using proxy = await startMessageProxy(migrated.database.server, {
    onMessage: (message) => (isCommit(message) && ++commits <= 3 ? 'pass-then-cut' : 'pass'),
  })
  const connectionString = proxy.url(migrated.database.connectionString)
  const { rolledBack } = await migrated
    .system({ connectionString })
    .rollback({ module: 'vendas', ...target })
  const names = 'steps' in target ? ['003_c', '002_b'] : ['003_c', '002_b', '001_a']
  expect(rolledBack.map(({ name }) => name)).toEqual(names)
  expect(rolledBack.every(({ durationMs }) => durationMs > 0)).toBe(true)
  expect(await migrated.applied()).toEqual('steps' in target ? ['vendas:001_a'] : [])
})

it('a rollback whose COMMIT was not done says so', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\n-- @down\nDROP TABLE a;',
  })
  await migrated.system().runAllMigrations()
  await using proxy = await startMessageProxy(migrated.database.server, {
    onMessage: (message) => (isCommit(message) ? 'cut' : 'pass'),
  })
  const connectionString = proxy.url(migrated.database.connectionString)
  await expect(
    migrated.system({ connectionString }).rollback({ module: 'vendas', steps: 1 }),
  ).rejects.toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
})

it('a lost session of the deployer lock stops the run before anything more is committed', async () => {
  await using migrated = await Migrated.make({
    'a/001_a.sql': 'SELECT pg_sleep(0.5); CREATE TABLE a ();',
    'b/001_a.sql': 'SELECT pg_sleep(0.5); CREATE TABLE a ();',
  })
  const progress: MigrationProgress[] = []
  const run = migrated.system().runAllMigrations({ onProgress: (p) => progress.push(p) })
  run.catch(() => {})
  await expect.poll(() => progress.filter(({ kind }) => kind === 'started')).toHaveLength(2)
  await migrated.rows(`SELECT pg_terminate_backend(pid) FROM pg_locks
    WHERE locktype = 'advisory' AND objid = 0 AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
  await expect(run).rejects.toMatchObject({
    code: expect.stringMatching(/^PLT_(DATABASE_UNAVAILABLE|MIGRATION_LOCKED)$/),
  })
  expect(await migrated.applied()).toEqual([])
  expect((await migrated.system().runAllMigrations()).applied).toHaveLength(2)
})

it('a migration that gives all advisory locks back is rolled back', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'SELECT pg_advisory_unlock_all(); CREATE TABLE a ();',
  })
  await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_LOCKED',
  })
  expect(await migrated.applied()).toEqual([])
})

it('a history that another process has written rolls the migration back', async () => {
  await using migrated = await Migrated.make({ 'vendas/001_a.sql': 'SELECT 1' })
  await migrated.system().runAllMigrations()
  await migrated.write({
    'vendas/002_b.sql': `CREATE TABLE b ();
      INSERT INTO plataforma.migrations (module, name, kind, state, applied_by)
      VALUES ('vendas', '002_b', 'sql', 'applied', 'me');`,
  })
  await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_LOCKED',
  })
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
})

it('a pooler that gives each transaction another session is refused, and passed by directUrl', async ({
  skip,
}) => {
  await using migrated = await Migrated.make({ 'vendas/001_a.sql': 'SELECT 1' })
  const { server, superuser } = migrated.database
  await using pooler = await startPgBouncer({ server })
  if (pooler === undefined) return skip()
  const connectionString = pooler.through(superuser.connectionString)
  await expect(migrated.system({ connectionString }).runAllMigrations()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_POOLER',
    remedy: expect.stringContaining('directUrl'),
  })
  const directUrl = migrated.database.connectionString
  const { applied } = await migrated.system({ connectionString, directUrl }).runAllMigrations()
  expect(applied).toHaveLength(1)
})

it('a server that is away is told as such on a given handle', async () => {
  await using migrated = await Migrated.make({ 'vendas/001_a.sql': 'SELECT 1' })
  await using proxy = await startTcpProxy(migrated.database.server)
  await proxy.refuse()
  const pool = new pg.Pool({ connectionString: proxy.url(migrated.database.connectionString) })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await using system = new MigrationSystem({ db, directory: migrated.directory, types: false })
  const away = { code: 'PLT_DATABASE_UNAVAILABLE', remedy: expect.stringMatching(/\w/) }
  await expect(system.runAllMigrations()).rejects.toMatchObject(away)
  await expect(system.getModuleStatus('vendas')).rejects.toMatchObject(away)
  await expect(system.history()).rejects.toMatchObject(away)
  await db.destroy()
})
