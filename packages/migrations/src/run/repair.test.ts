import { expect, it } from 'vitest'
import { Migrated } from './engine.fixture.js'

it('an edited migration is refused with what changed, and accepted after review', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a (\n  id int\n);\n',
  })
  const system = migrated.system()
  await system.runAllMigrations()
  await migrated.write({
    'vendas/001_a.sql': 'CREATE TABLE a (\n  id bigint\n);\n-- @down\nDROP TABLE a',
  })
  const error = await system.runAllMigrations().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'PLT_MIGRATION_CHANGED' })
  expect(String(error)).toContain('-  id int\n+  id bigint')
  expect(await system.getModuleStatus('vendas')).toMatchObject({ state: 'changed' })
  expect(await system.repair({ module: 'vendas' })).toEqual({
    repaired: [{ module: 'vendas', name: '001_a', as: 'accepted' }],
  })
  expect(await system.runAllMigrations()).toMatchObject({ applied: [] })
  await system.rollback({ module: 'vendas', steps: 1 })
  expect(await migrated.applied()).toEqual([])
})

it('one that is half done and was edited is refused with what changed, until somebody settles it', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql':
      'CREATE TABLE a AS SELECT 1 AS id FROM generate_series(1, 2);\nCREATE UNIQUE INDEX CONCURRENTLY a_id ON a (id);\n',
  })
  const system = migrated.system()
  await expect(system.runAllMigrations()).rejects.toMatchObject({ code: 'PLT_MIGRATION_FAILED' })
  await migrated.write({ 'vendas/001_a.sql': 'CREATE TABLE a AS SELECT 1 AS id;\n' })
  const error = await system.runAllMigrations().catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    code: 'PLT_MIGRATION_CHANGED',
    module: 'vendas',
    remedy: expect.stringContaining('"rolled-back"'),
    details: { changed: [{ module: 'vendas', name: '001_a' }] },
  })
  expect(String(error)).toContain('half done')
  expect(String(error)).toContain('\n-CREATE UNIQUE INDEX CONCURRENTLY')
  await migrated.rows('DROP TABLE module_vendas.a')
  await system.repair({ module: 'vendas', name: '001_a', as: 'rolled-back' })
  await system.runAllMigrations()
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
})

it('a detail and a hint of PostgreSQL are sentences of their own', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a (nome text);\nSELECT nom FROM a;',
  })
  await expect(migrated.system().runAllMigrations()).rejects.toThrow(
    'column "nom" does not exist. Perhaps you meant',
  )
})

/** As a process that is killed in the statement whose effect cannot be told. */
async function interrupted(): Promise<Migrated> {
  const migrated = await Migrated.make({
    'vendas/001_a.sql':
      '-- @metadata {"transaction": false}\nCREATE TABLE a ();\nDO $$ BEGIN COMMIT; END $$;\nCREATE TABLE b ()',
  })
  const system = migrated.system()
  await system.runAllMigrations()
  await migrated.rows("UPDATE plataforma.migrations SET state = 'running'")
  await migrated.rows('DROP TABLE module_vendas.b')
  await migrated.rows(`INSERT INTO plataforma.migration_progress (module, name, direction, part, state, effect)
    VALUES ('vendas', '001_a', 'up', 0, 'done', NULL),
      ('vendas', '001_a', 'up', 1, 'begun', '{"kind": "unknown"}')`)
  return migrated
}

it.each([
  ['retry', ['vendas:001_a'], 'module_vendas.b'],
  ['applied', ['vendas:001_a'], null],
] as const)(
  'one that was interrupted where nobody can tell is settled as %s',
  async (as, applied, b) => {
    await using migrated = await interrupted()
    const system = migrated.system()
    await expect(system.runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_NEEDS_ATTENTION',
      details: { line: 3 },
    })
    await expect(system.runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_NEEDS_ATTENTION',
    })
    expect(await system.getModuleStatus('vendas')).toMatchObject({ state: 'needs-attention' })
    await system.repair({ module: 'vendas', name: '001_a', as })
    await system.runAllMigrations()
    expect(await migrated.applied()).toEqual(applied)
    expect(await migrated.rows("SELECT to_regclass('module_vendas.b')::text AS b")).toEqual([{ b }])
  },
)

it('one that was interrupted counts as rolled back, and runs again', async () => {
  await using migrated = await interrupted()
  const system = migrated.system()
  await expect(system.runAllMigrations()).rejects.toThrow()
  await migrated.rows('DROP TABLE module_vendas.a')
  await system.repair({ module: 'vendas', name: '001_a', as: 'rolled-back' })
  expect(await migrated.applied()).toEqual([])
  await system.runAllMigrations()
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
})

it('a baseline records without running, up to a migration or all', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\n-- @down\nDROP TABLE a',
    'vendas/002_b.sql': 'CREATE TABLE b ()',
    'vendas/003_c.sql': 'CREATE TABLE c ()',
  })
  const system = migrated.system()
  const { baselined } = await system.baseline({ module: 'vendas', to: '2' })
  expect(baselined.map(({ name }) => name)).toEqual(['001_a', '002_b'])
  const { applied } = await system.runAllMigrations()
  expect(applied.map(({ name }) => name)).toEqual(['003_c'])
  expect(await migrated.rows("SELECT to_regclass('module_vendas.a') AS a")).toEqual([{ a: null }])
  expect((await system.history()).map(({ event }) => event)).toEqual([
    'baselined',
    'baselined',
    'applied',
  ])
})

it('refuses what it cannot settle as, and what is no module', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\nDROP INDEX CONCURRENTLY nothing;',
  })
  const system = migrated.system()
  await expect(system.runAllMigrations()).rejects.toMatchObject({ code: 'PLT_MIGRATION_FAILED' })
  const wrong = { module: 'vendas', name: '001_a', as: 'undone' as 'applied' }
  await expect(system.repair(wrong)).rejects.toMatchObject({ code: 'PLT_OPTION_INVALID' })
  expect(await migrated.rows('SELECT state FROM plataforma.migrations')).toEqual([
    { state: 'running' },
  ])
  const module = 5 as unknown as string
  await expect(system.repair({ module })).rejects.toMatchObject({ code: 'PLT_MODULE_NAME_INVALID' })
  await expect(system.baseline({ module })).rejects.toMatchObject({
    code: 'PLT_MODULE_NAME_INVALID',
  })
})

it('settled as applied: the file as it is now, with its version and its down', async () => {
  const file = 'vendas/001_a.sql'
  await using migrated = await Migrated.make({
    [file]: `-- @metadata {"transaction": false}
      CREATE TABLE a (); CREATE TABLE nada.b ();
      -- @down
      DROP TABLE a; DROP TABLE nada.b;`,
  })
  await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({ sqlState: '3F000' })
  await migrated.rows('CREATE TABLE module_vendas.b ()')
  await migrated.write({
    [file]: `-- @metadata {"version": "2.0.0"}
      CREATE TABLE a (); CREATE TABLE b ();
      -- @down
      DROP TABLE a; DROP TABLE b;`,
  })
  await migrated.system().repair({ module: 'vendas', name: '001_a', as: 'applied' })
  expect(await migrated.system().getModuleStatus('vendas')).toMatchObject({
    state: 'current',
    version: '2.0.0',
  })
  await migrated.system().rollback({ module: 'vendas', steps: 1 })
  expect(await migrated.applied()).toEqual([])
})
