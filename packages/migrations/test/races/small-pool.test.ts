import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import { Migrated } from '../../src/run/engine.fixture.js'
import { DEPLOYER_LOCK } from '../../src/run/lock-key.js'
import { MigrationSystem } from '../../src/system/migration-system.js'

function systemOn(
  migrated: Migrated,
  max: number,
): { db: Kysely<unknown>; system: MigrationSystem } {
  const pool = new pg.Pool({ connectionString: migrated.database.connectionString, max })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  const { directory } = migrated
  return { db, system: new MigrationSystem({ db, directory, types: false, lockWaitMs: 20_000 }) }
}

it('two modules that are run at once share one connection', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ()',
    'estoque/001_a.sql': 'CREATE TABLE a ()',
  })
  const { db, system } = systemOn(migrated, 1)
  const [vendas, estoque] = await Promise.all([
    system.runModuleMigrations('vendas'),
    system.runModuleMigrations('estoque'),
  ])
  expect(vendas.applied).toMatchObject([{ module: 'vendas' }])
  expect(estoque.applied).toMatchObject([{ module: 'estoque' }])
  await db.destroy()
})

it('more runs at once than connections apply each migration once', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ()',
    'vendas/002_b.sql': 'CREATE TABLE b ()',
    'estoque/001_a.sql': 'CREATE TABLE a ()',
  })
  const { db, system } = systemOn(migrated, 2)
  const reports = await Promise.all(Array.from({ length: 5 }, () => system.runAllMigrations()))
  expect(reports.flatMap(({ applied }) => applied)).toHaveLength(3)
  expect(await migrated.applied()).toHaveLength(3)
  await db.destroy()
})

it('a module that comes while all connections wait for the lock is made all the same', async () => {
  await using migrated = await Migrated.make({ 'vendas/001_a.sql': 'CREATE TABLE a ()' })
  const { space, key } = DEPLOYER_LOCK
  await migrated.rows('SELECT pg_advisory_lock($1::int, $2::int)', [space, key])
  const { db, system } = systemOn(migrated, 2)
  const waiting = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const runs = waiting.map(({ resolve }) =>
    system.runAllMigrations({ onProgress: ({ kind }) => kind === 'waiting' && resolve() }),
  )
  await Promise.all(waiting.map(({ promise }) => promise))
  await migrated.write({ 'estoque/001_a.sql': 'CREATE TABLE a ()' })
  await migrated.rows('SELECT pg_advisory_unlock_all()')
  const reports = await Promise.all(runs)
  expect(reports.flatMap(({ applied }) => applied)).toHaveLength(2)
  expect((await migrated.applied()).sort()).toEqual(['estoque:001_a', 'vendas:001_a'])
  await db.destroy()
})
