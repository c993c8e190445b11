import { expect, it } from 'vitest'
import { Migrated } from './engine.fixture.js'

const TABLES = `SELECT table_schema || '.' || table_name AS name FROM information_schema.tables
  WHERE table_name IN ('a', 'b', 'c') ORDER BY 1`

it('a down may drop the schema of its module, and the next up makes it again', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\n-- @down\nDROP SCHEMA module_vendas CASCADE;',
  })
  const system = migrated.system()
  for (const _ of ['first', 'again']) {
    await system.runAllMigrations()
    expect(await migrated.rows(TABLES)).toEqual([{ name: 'module_vendas.a' }])
    await system.rollback({ module: 'vendas', steps: 1 })
    expect(await migrated.rows("SELECT to_regnamespace('module_vendas') AS it")).toEqual([
      { it: null },
    ])
  }
})

it.each([
  ['a migration', undefined],
  ['a migration of several transactions', false],
])('%s that drops it leaves nothing to another schema', async (_, transaction) => {
  const head = `-- @metadata ${JSON.stringify({ transaction })}\n`
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();',
    'vendas/002_b.sql': `${head}CREATE TABLE b (); DROP SCHEMA module_vendas CASCADE;`,
    'vendas/003_c.sql': 'CREATE TABLE c ();',
  })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows(TABLES)).toEqual([{ name: 'module_vendas.c' }])
})

it('a rollback goes on where a down has dropped it', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\n-- @down\nCREATE TABLE b ();',
    'vendas/002_b.sql': 'SELECT 1;\n-- @down\nDROP SCHEMA module_vendas CASCADE;',
  })
  const system = migrated.system()
  await system.runAllMigrations()
  await system.rollback({ module: 'vendas', steps: 2 })
  expect(await migrated.rows(TABLES)).toEqual([{ name: 'module_vendas.b' }])
})

it('a migration may make the schema of its module anew', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();',
    'vendas/002_b.sql':
      'DROP SCHEMA module_vendas CASCADE; CREATE SCHEMA module_vendas; CREATE TABLE b ();',
  })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows(TABLES)).toEqual([{ name: 'module_vendas.b' }])
})
