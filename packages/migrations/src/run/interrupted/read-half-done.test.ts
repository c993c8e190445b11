import { expect, it } from 'vitest'
import { Migrated } from '../engine.fixture.js'

const SINGLY = '-- @metadata {"version": "1.0.0", "transaction": false}\n'
const FILE = 'vendas/001_a.sql'
const FIVE = [
  'CREATE TABLE a (n int);',
  'INSERT INTO a VALUES (2);',
  'INSERT INTO nada VALUES (3);',
  'INSERT INTO a VALUES (4);',
  'INSERT INTO a VALUES (5);',
].join('\n')

async function halfDone(text: string): Promise<Migrated> {
  const migrated = await Migrated.make({ [FILE]: text })
  await expect(migrated.system().runAllMigrations()).rejects.toThrow()
  return migrated
}

/** As the status and the plan tell it. */
async function seen(migrated: Migrated) {
  const system = migrated.system()
  const { state, pending } = await system.getModuleStatus('vendas')
  expect(await system.getStatus()).toMatchObject([{ state, pending }])
  return { state, halfDone: pending[0]?.halfDone, name: pending[0]?.name }
}

it('tells how far a half-done migration came, and that it goes on', async () => {
  await using migrated = await halfDone(SINGLY + FIVE)
  const half = {
    direction: 'up',
    done: 2,
    of: 5,
    line: 4,
    outlook: 'resumable',
    remedy: expect.stringMatching(/^Run it again: it goes on with statement 3/),
  }
  expect(await seen(migrated)).toEqual({ state: 'half-done', name: '001_a', halfDone: half })
  expect(await migrated.system().plan()).toMatchObject({
    steps: [{ name: '001_a', reason: 'resume', halfDone: half }],
  })
  // What comes after may be corrected.
  await migrated.write({ [FILE]: SINGLY + FIVE.replace('nada', 'a') })
  expect(await seen(migrated)).toMatchObject({ state: 'half-done', halfDone: half })
  await migrated.system().runAllMigrations()
  expect(await seen(migrated)).toMatchObject({ state: 'current', halfDone: undefined })
})

it('counts statements, not transactions', async () => {
  await using migrated = await halfDone(
    'CREATE TABLE a (n int);\nSELECT 1;\nDROP INDEX CONCURRENTLY nada;\nSELECT 1;',
  )
  expect(await seen(migrated)).toMatchObject({ halfDone: { done: 2, of: 4, line: 3 } })
})

it('tells that what has happened was edited, and a plan is refused as a run is', async () => {
  await using migrated = await halfDone(SINGLY + FIVE)
  await migrated.write({ [FILE]: SINGLY + FIVE.replace('(2)', '(7)') })
  expect(await seen(migrated)).toMatchObject({
    state: 'changed',
    halfDone: { outlook: 'changed', remedy: expect.stringContaining('its statement 2') },
  })
  await expect(migrated.system().plan()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_CHANGED',
    details: { statement: 2, diff: expect.any(String) },
  })
  await migrated.remove(FILE)
  await migrated.write({ 'vendas/002_b.sql': 'SELECT 1' })
  expect(await seen(migrated)).toMatchObject({
    state: 'half-done',
    halfDone: { outlook: 'file-missing', remedy: expect.stringMatching(/^Bring its file back/) },
  })
})

it('tells where somebody has to look, before a run has found out and after', async () => {
  await using migrated = await halfDone(
    `${SINGLY}CREATE TABLE a ();\nDO $$ BEGIN COMMIT; RAISE 'no'; END $$;\nSELECT 1`,
  )
  const attention = {
    state: 'needs-attention',
    halfDone: {
      done: 1,
      of: 3,
      line: 3,
      outlook: 'needs-attention',
      remedy: expect.stringContaining('"retry"'),
    },
  }
  expect(await seen(migrated)).toMatchObject(attention)
  const plan = () => migrated.system().plan()
  await expect(plan()).rejects.toMatchObject({ code: 'PLT_MIGRATION_NEEDS_ATTENTION' })
  await expect(migrated.system().runAllMigrations()).rejects.toThrow()
  expect(await seen(migrated)).toMatchObject(attention)
})

it('tells of code that was interrupted, which has no statements', async () => {
  await using migrated = await Migrated.make()
  const up = async () => {
    throw new Error('no')
  }
  const metadata = { transaction: false }
  const system = migrated.system({ sources: [{ module: 'vendas', name: '001_a', up, metadata }] })
  await expect(system.runAllMigrations()).rejects.toThrow()
  expect(await system.getModuleStatus('vendas')).toMatchObject({
    state: 'needs-attention',
    pending: [{ halfDone: { done: null, of: null, line: null, outlook: 'needs-attention' } }],
  })
})

it('tells of a down that was interrupted, file or none', async () => {
  await using migrated = await Migrated.make({
    [FILE]: `${SINGLY}CREATE TABLE a ();\n-- @down\nDROP TABLE a;\nDROP INDEX CONCURRENTLY nada;`,
  })
  const system = migrated.system()
  await system.runAllMigrations()
  await expect(system.rollback({ module: 'vendas', steps: 1 })).rejects.toThrow()
  const half = { direction: 'down', done: 1, of: 2, line: 5, outlook: 'resumable' }
  expect(await seen(migrated)).toMatchObject({ state: 'half-done', halfDone: half })
  await migrated.remove(FILE)
  expect(await seen(migrated)).toMatchObject({ state: 'half-done', halfDone: half })
})

it('tells that a process migrates now', async () => {
  await using migrated = await halfDone(SINGLY + FIVE)
  await migrated.rows('SELECT pg_advisory_lock($1, 0)', [0x504c4d44])
  expect(await seen(migrated)).toMatchObject({ state: 'pending', halfDone: { outlook: 'running' } })
})
