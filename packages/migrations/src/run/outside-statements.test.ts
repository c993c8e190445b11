import { expect, it } from 'vitest'
import { Migrated } from './engine.fixture.js'

const A = { 'vendas/001_a.sql': 'CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1);' }
const INDEXES = `SELECT relname AS name, indisvalid AS valid FROM pg_index
  JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = 'module_vendas.a'::regclass`

it('an invalid index that stands in its place is made anew', async () => {
  await using migrated = await Migrated.make(A)
  await migrated.system().runAllMigrations()
  const unique = 'CREATE UNIQUE INDEX CONCURRENTLY a_n ON module_vendas.a (n)'
  await expect(migrated.rows(unique)).rejects.toMatchObject({ code: '23505' })
  expect(await migrated.rows(INDEXES)).toEqual([{ name: 'a_n', valid: false }])
  await migrated.write({ 'vendas/002_b.sql': 'CREATE INDEX CONCURRENTLY a_n ON a (n);' })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows(INDEXES)).toEqual([{ name: 'a_n', valid: true }])
})

it('an index that came to nothing leaves no invalid one', async () => {
  await using migrated = await Migrated.make({
    ...A,
    'vendas/002_b.sql': 'CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);',
  })
  await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({ sqlState: '23505' })
  expect(await migrated.rows(INDEXES)).toEqual([])
})
