import type { BundledProgram } from '@plataforma/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Migrated } from '../../src/run/engine.fixture.js'
import type { MigrationProgress } from '../../src/system/migration-progress.js'
import { bundleDeployer, Deployer } from '../deploy/deployer.js'

/** What the deployer of another process waits for, until the test lets it go. */
const GATE = 'SELECT pg_advisory_xact_lock(7);'

let program: BundledProgram

beforeAll(async () => {
  program = await bundleDeployer()
})

afterAll(() => program[Symbol.asyncDispose]())

/** Another process that stands in the middle of its run. */
async function standingDeployer(migrated: Migrated): Promise<Deployer> {
  await migrated.rows('SELECT pg_advisory_lock(7)')
  const deployer = new Deployer(program, migrated.database.connectionString, migrated.directory)
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event = 'advisory'`
  await expect.poll(() => migrated.rows(waits), { timeout: 30_000 }).toHaveLength(1)
  return deployer
}

/** A call that has found the other process, which is let go then. */
async function besideIt<T>(
  migrated: Migrated,
  call: (options: { onProgress: (progress: MigrationProgress) => void }) => Promise<T>,
): Promise<T> {
  const waiting = Promise.withResolvers<void>()
  const running = call({ onProgress: ({ kind }) => kind === 'waiting' && waiting.resolve() })
  await Promise.race([waiting.promise, running])
  await migrated.rows('SELECT pg_advisory_unlock(7)')
  return await running
}

it('a rollback waits for it, and undoes what it has applied last', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\n-- @down\nDROP TABLE a;',
    'vendas/002_b.sql': `${GATE} CREATE TABLE b ();\n-- @down\nDROP TABLE b;`,
  })
  const deployer = await standingDeployer(migrated)
  const { rolledBack } = await besideIt(migrated, (options) =>
    migrated.system().rollback({ module: 'vendas', steps: 1, ...options }),
  )
  expect(rolledBack).toMatchObject([{ name: '002_b' }])
  expect(await deployer.ended).toMatchObject({
    exitCode: 0,
    applied: ['vendas:001_a', 'vendas:002_b'],
  })
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
  expect(await migrated.rows("SELECT to_regclass('module_vendas.b') AS b")).toEqual([{ b: null }])
})

it.each(['applied', 'rolled-back', 'retry'] as const)(
  'a repair as %s waits for it, and settles nothing that was only running',
  async (as) => {
    await using migrated = await Migrated.make({
      'vendas/001_a.sql': `-- @metadata {"transaction": false}\nCREATE TABLE a ();\n${GATE}\nCREATE TABLE b ();`,
    })
    const deployer = await standingDeployer(migrated)
    expect(await migrated.rows('SELECT state FROM plataforma.migrations')).toEqual([
      { state: 'running' },
    ])
    const repair = besideIt(migrated, (options) =>
      migrated.system().repair({ module: 'vendas', name: '001_a', as, ...options }),
    )
    await expect(repair).rejects.toMatchObject({ code: 'PLT_OPTION_INVALID' })
    expect(await deployer.ended).toMatchObject({ exitCode: 0, applied: ['vendas:001_a'] })
    expect(await migrated.applied()).toEqual(['vendas:001_a'])
  },
)

it('a baseline waits for it, and records only what it has not applied', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': `${GATE} CREATE TABLE a ();`,
  })
  const deployer = await standingDeployer(migrated)
  await migrated.write({ 'vendas/002_b.sql': 'CREATE TABLE b ();' })
  const { baselined } = await besideIt(migrated, (options) => migrated.system().baseline(options))
  expect(baselined).toMatchObject([{ name: '002_b' }])
  expect(await deployer.ended).toMatchObject({ exitCode: 0, applied: ['vendas:001_a'] })
  expect(await migrated.applied()).toEqual(['vendas:001_a', 'vendas:002_b'])
  expect(
    await migrated.rows('SELECT name, event FROM plataforma.migration_events ORDER BY id'),
  ).toEqual([
    { name: '001_a', event: 'applied' },
    { name: '002_b', event: 'baselined' },
  ])
})

it('a run that was planned before a rollback does again what was undone', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql':
      'CREATE TABLE a ();\n-- @down\nSELECT pg_advisory_xact_lock(7); DROP TABLE a;',
  })
  await migrated.system().runAllMigrations()
  await migrated.rows('SELECT pg_advisory_lock(7)')
  const rollback = migrated.system().rollback({ module: 'vendas', steps: 1 })
  const waits = `SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND wait_event = 'advisory'`
  await expect.poll(() => migrated.rows(waits)).toHaveLength(1)
  await migrated.write({ 'vendas/002_b.sql': 'CREATE TABLE b ()' })
  const { applied } = await besideIt(migrated, (options) =>
    migrated.system().runAllMigrations(options),
  )
  expect((await rollback).rolledBack).toHaveLength(1)
  expect(applied.map(({ name }) => name)).toEqual(['001_a', '002_b'])
})
