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

it.each([
  ['an index that is not there', 'DROP INDEX CONCURRENTLY nada;', '42704'],
  ['one that is there already', 'CREATE INDEX CONCURRENTLY tem ON a (n);', '42P07'],
  ['no partition', 'ALTER TABLE p DETACH PARTITION solta CONCURRENTLY;', '42P01'],
])('what the server refused has not happened, and is refused again: %s', async (_, text, code) => {
  await using migrated = await Migrated.make({
    ...A,
    'vendas/002_b.sql': `CREATE INDEX tem ON a (n);
      CREATE TABLE p (n int) PARTITION BY RANGE (n); CREATE TABLE solta (n int);\n${text}
      CREATE TABLE depois ();`,
  })
  for (let run = 1; run <= 3; run++) {
    await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({ sqlState: code })
  }
  expect(await migrated.rows("SELECT to_regclass('module_vendas.depois') AS t")).toEqual([
    { t: null },
  ])
  expect(await migrated.rows('SELECT state FROM plataforma.migration_progress')).toEqual([
    { state: 'done' },
  ])
})
