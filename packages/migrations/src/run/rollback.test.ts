import { expect, it } from 'vitest'
import { Migrated } from './engine.fixture.js'

const FILES = {
  'vendas/001_a.sql': 'CREATE TABLE a (n int);\n-- @down\nDROP TABLE a;',
  'vendas/002_b.sql': 'CREATE TABLE b (n int);\n-- @down\nDROP TABLE b;',
  'vendas/003_c.sql':
    'CREATE INDEX CONCURRENTLY b_n ON b (n);\n-- @down\nDROP INDEX CONCURRENTLY b_n;\nCOMMENT ON TABLE b IS $$x$$;',
  'vendas/004_d.mjs': `export const up = (db) => db.schema.createTable('d').execute()
    export const down = (db) => db.schema.dropTable('d').execute()`,
  'estoque/001_a.sql': '-- @metadata {"dependencies": ["vendas:001_a"]}\nCREATE TABLE a ()',
}

it('undoes in reverse order, also where the file is gone', async () => {
  await using migrated = await Migrated.make(FILES)
  const system = migrated.system()
  await system.runAllMigrations()
  await migrated.remove('vendas/002_b.sql')
  const { rolledBack } = await system.rollback({ module: 'vendas', to: '001_a' })
  expect(rolledBack.map(({ name }) => name)).toEqual(['004_d', '003_c', '002_b'])
  expect(await migrated.applied()).toEqual(
    expect.arrayContaining(['vendas:001_a', 'estoque:001_a']),
  )
  expect(
    await migrated.rows(
      "SELECT relname AS r FROM pg_class WHERE relnamespace = 'module_vendas'::regnamespace",
    ),
  ).toEqual([{ r: 'a' }])
  const events = await system.history({ module: 'vendas' })
  expect(events.map(({ name, event }) => `${name} ${event}`).slice(-3)).toEqual([
    '004_d rolled-back',
    '003_c rolled-back',
    '002_b rolled-back',
  ])
})

it('refuses what other modules depend on, and what has no down, before anything is undone', async () => {
  await using migrated = await Migrated.make(FILES)
  const system = migrated.system()
  await system.runAllMigrations()
  await expect(system.rollback({ module: 'vendas', to: '0' })).rejects.toMatchObject({
    code: 'PLT_MIGRATION_DEPENDED_ON',
  })
  await expect(system.rollback({ module: 'estoque', steps: 1 })).rejects.toMatchObject({
    code: 'PLT_MIGRATION_IRREVERSIBLE',
  })
  await migrated.remove('vendas/004_d.mjs')
  await expect(system.rollback({ module: 'vendas', steps: 1 })).rejects.toMatchObject({
    code: 'PLT_MIGRATION_NOT_FOUND',
  })
  expect(await migrated.applied()).toHaveLength(5)
})

it('a down that fails leaves the migration applied, and tells the place in its text', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\n-- @down\nDROP TABLE a;\nDROP TABLE nothing;',
  })
  const system = migrated.system()
  await system.runAllMigrations()
  await expect(system.rollback({ module: 'vendas', steps: 1 })).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    details: { line: 4 },
  })
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
  expect(await migrated.rows("SELECT to_regclass('module_vendas.a')::text AS a")).toEqual([
    { a: 'module_vendas.a' },
  ])
})

it('a rollback that was interrupted is brought to its end by the next run, which then applies anew', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': `CREATE TABLE a (n int); CREATE INDEX a_n ON a (n);
-- @down
DROP INDEX CONCURRENTLY a_n;
DROP TABLE a;`,
  })
  const system = migrated.system()
  await system.runAllMigrations()
  // As a process that is killed between the two statements.
  await migrated.rows("UPDATE plataforma.migrations SET state = 'undoing'")
  await migrated.rows('DROP INDEX module_vendas.a_n')
  await migrated.rows(`INSERT INTO plataforma.migration_progress
    (module, name, direction, part, state, effect)
    VALUES ('vendas', '001_a', 'down', 0, 'begun',
      '{"kind": "drop-index", "index": "a_n", "ifExists": false}')`)
  await system.runAllMigrations()
  const events = await system.history()
  expect(events.map(({ event }) => event)).toEqual(['applied', 'rolled-back', 'applied'])
  expect(await migrated.rows("SELECT to_regclass('module_vendas.a_n')::text AS i")).toEqual([
    { i: 'module_vendas.a_n' },
  ])
})
