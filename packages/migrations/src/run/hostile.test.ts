import { randomUUID } from 'node:crypto'
import { Kysely, type KyselyPlugin, PostgresDialect } from 'kysely'
import pg from 'pg'
import { expect, it } from 'vitest'
import { MigrationSystem } from '../system/migration-system.js'
import { Migrated } from './engine.fixture.js'

it('keeps a text as it is, whatever encoding the migration has set', async () => {
  const text =
    "SET client_encoding = 'LATIN1';\nCREATE TABLE a ();\n-- @down\nDROP TABLE a; -- ação"
  await using migrated = await Migrated.make({ 'vendas/001_a.sql': text })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows('SELECT up_text FROM plataforma.migrations')).toEqual([
    { up_text: text },
  ])
})

it.each([
  ['SET TRANSACTION READ ONLY;', '25006'],
  ['DROP SCHEMA plataforma CASCADE;', '42P01'],
])('a migration that cannot be written down is told with its file: %s', async (text, sqlState) => {
  await using migrated = await Migrated.make({ 'vendas/001_a.sql': 'SELECT 1;' })
  await migrated.system().runAllMigrations()
  await migrated.write({ 'vendas/002_b.sql': `CREATE TABLE b (); ${text}` })
  await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    sqlState,
    message: expect.stringContaining('vendas/002_b.sql'),
  })
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
  expect(await migrated.rows("SELECT to_regclass('module_vendas.b') AS b")).toEqual([{ b: null }])
})

it('points at the character where a statement outside of transactions failed', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql':
      "CREATE TABLE a (n int);\nCREATE INDEX CONCURRENTLY i ON a (n) WHERE '😀😀' = 'x' AND nope;",
  })
  const line = "CREATE INDEX CONCURRENTLY i ON a (n) WHERE '😀😀' = 'x' AND nope;"
  await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
    details: { line: 2, column: line.indexOf('nope') + 1 },
  })
})

it('leaves the plugins of a given handle out of everything', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'CREATE TABLE a ();\n-- @down\nDROP TABLE a;',
  })
  const plugin: KyselyPlugin = {
    transformQuery: () => {
      throw new Error('no query of ours')
    },
    transformResult: async () => {
      throw new Error('no rows of ours')
    },
  }
  const pool = new pg.Pool({ connectionString: migrated.database.connectionString, max: 2 })
  await using db = new Kysely<unknown>({
    dialect: new PostgresDialect({ pool }),
    plugins: [plugin],
  })
  await using system = new MigrationSystem({ db, directory: migrated.directory, types: false })
  expect((await system.runAllMigrations()).applied).toHaveLength(1)
  expect((await system.rollback({ module: 'vendas', steps: 1 })).rolledBack).toHaveLength(1)
})

it.each([
  ['prepares', 'PREPARE p AS SELECT 1;'],
  ['holds', 'DECLARE c CURSOR WITH HOLD FOR SELECT 1;'],
  ['makes by a function', 'SELECT public.make_one();'],
])('the next migration on a session sees nothing of what one %s', async (_, text) => {
  const both = `${text}\n-- @down\n${text}`
  await using migrated = await Migrated.make({ 'a/001_a.sql': both, 'a/002_b.sql': both })
  await migrated.rows(`CREATE FUNCTION public.make_one() RETURNS void LANGUAGE plpgsql
    AS 'BEGIN CREATE TEMP TABLE one (); END'`)
  const system = migrated.system()
  expect((await system.runAllMigrations()).applied).toHaveLength(2)
  expect((await system.rollback({ module: 'a', steps: 2 })).rolledBack).toHaveLength(2)
})

it('a migration of several transactions keeps its temporary tables to its end', async () => {
  const text = `-- @metadata {"transaction": false}
    CREATE TEMP TABLE one AS SELECT 1 AS n; CREATE TABLE a AS SELECT * FROM one;`
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': text,
    'vendas/002_b.sql': text.replace('TABLE a', 'TABLE b'),
  })
  expect((await migrated.system().runAllMigrations()).applied).toHaveLength(2)
})

it('who a migration is on a plain server is looked at as well', async () => {
  await using migrated = await Migrated.make({ 'vendas/001_a.sql': 'CREATE TABLE a (id int);' })
  await migrated.system().runAllMigrations()
  const role = `papel_${randomUUID().slice(0, 8)}`
  const admin = decodeURIComponent(new URL(migrated.database.connectionString).username)
  await migrated.rows(`CREATE ROLE ${role}; GRANT ${role} TO "${admin}"`)
  try {
    await migrated.write({
      'vendas/002_b.sql': `SELECT 1;\nDO $$ BEGIN EXECUTE 'set ' || 'role ${role}'; END $$;`,
    })
    await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_ROLE',
      message: expect.stringContaining(`changed the role: it went on as "${role}".`),
      details: { line: 2 },
    })
  } finally {
    await migrated.rows(`DROP ROLE ${role}`)
  }
})

it('a cursor that is held is no way to the administrator', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': `CREATE TABLE a (id int);
      CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO a VALUES (1); RETURN 1; END $$;
      DECLARE c CURSOR WITH HOLD FOR SELECT f();`,
  })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows('SELECT FROM module_vendas.a')).toEqual([])
})

it.each([
  ['DEALLOCATE ALL', "'DEAL' || 'LOCATE ALL'"],
  ['DISCARD PLANS', "'DIS' || 'CARD PLANS'"],
])('%s that nobody sees before it runs takes nothing away from us', async (_, built) => {
  const text = `CREATE TABLE a (id int);
    PREPARE p AS SELECT 1; DO $$ BEGIN EXECUTE ${built}; END $$;\nINSERT INTO a VALUES (1);`
  await using migrated = await Migrated.make({
    'antes/001_a.sql': 'CREATE TABLE a (id int);',
    'vendas/001_a.sql': `${text}\n-- @down\nDROP TABLE a; DO $$ BEGIN EXECUTE ${built}; END $$;`,
    'vendas/002_b.sql': `-- @metadata {"transaction": false}\n${text.replaceAll(' a ', ' b ')}\n-- @down\nDROP TABLE b;`,
    'vendas/003_c.sql': `CREATE PROCEDURE p() LANGUAGE plpgsql
      AS $$ BEGIN COMMIT; EXECUTE ${built}; END $$;\n-- @down\nDROP PROCEDURE p;`,
    'vendas/004_d.sql':
      '-- @metadata {"transaction": false}\nCALL p(); SELECT 1;\n-- @down\nCALL p();',
  })
  const system = migrated.system({ parallel: 1 })
  expect((await system.runAllMigrations()).applied).toHaveLength(5)
  expect(await migrated.rows('SELECT FROM module_vendas.a, module_vendas.b')).toHaveLength(1)
  await system.rollback({ module: 'vendas', to: '0' })
  expect(await migrated.applied()).toEqual(['antes:001_a'])
  for (const name of ['001_a', '002_b', '003_c', '004_d'])
    await migrated.remove(`vendas/${name}.sql`)
  await migrated.write({
    'depois/001_a.sql': `SELECT 1;\nDO $$ BEGIN EXECUTE ${built}; END $$;\nSELECT 1;\nSELECT 1/0;`,
  })
  await expect(system.runAllMigrations()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    sqlState: '22012',
    details: { line: 4 },
  })
})

it('reads texts as it has cut them, whatever the database has set', async () => {
  const text = `CREATE TABLE a (id int, x text);
    INSERT INTO a VALUES (1, '\\'); INSERT INTO a VALUES (2, E'\\'; --');`
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': `${text}\n-- @down\nINSERT INTO a VALUES (3, '\\'); DROP TABLE a;`,
  })
  await migrated.rows(`DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database());
  END $$`)
  const system = migrated.system()
  await system.runAllMigrations()
  expect(await migrated.rows('SELECT x FROM module_vendas.a ORDER BY id')).toEqual([
    { x: '\\' },
    { x: "'; --" },
  ])
  await system.rollback({ module: 'vendas', steps: 1 })
  expect(await migrated.applied()).toEqual([])
})

const row = (n: number) => `INSERT INTO linhas VALUES (${n}, '${'x'.repeat(500)}');`
const rows = (count: number) => Array.from({ length: count }, (_, n) => row(n)).join('\n')
const LINHAS = 'CREATE TABLE linhas (n int PRIMARY KEY, x text);'

it('a file of thousands of statements takes seconds', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_linhas.sql': `${LINHAS}\n${rows(4_000)}`,
  })
  const begin = performance.now()
  await migrated.system().runAllMigrations()
  // With a copy of the text for each statement it took more than ten.
  expect(performance.now() - begin).toBeLessThan(8_000)
  expect(await migrated.rows('SELECT count(*)::int AS n FROM module_vendas.linhas')).toEqual([
    { n: 4_000 },
  ])
})

it.each([
  ['that the server does not place', "INSERT INTO linhas VALUES (2, '');", '23505'],
  ['that the server places', "INSERT INTO nada VALUES (2, '');", '42P01'],
  ['of a statement that takes marks away', 'DEALLOCATE ALL; DEALLOCATE nada;', '26000'],
  ['in code', 'DO $$ BEGIN PERFORM 1/0; END $$;', '22012'],
])('each mistake of a file too big for marks is placed: one %s', async (_, text, sqlState) => {
  const all = rows(800)
  const file = `${LINHAS}\n${all.replace(row(600), () => text)}`
  await using migrated = await Migrated.make({ 'vendas/001_linhas.sql': file })
  const system = migrated.system()
  await expect(system.runAllMigrations()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    sqlState,
    details: { line: 602 },
  })
  expect(await migrated.applied()).toEqual([])
  await migrated.write({ 'vendas/001_linhas.sql': `${LINHAS}\n${all}` })
  await system.runAllMigrations()
  expect(await migrated.applied()).toEqual(['vendas:001_linhas'])
})

it('a channel that a migration listens on is not that of the next one', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': 'LISTEN novas;',
    'vendas/002_b.sql': 'CREATE TABLE ouvidos AS SELECT pg_listening_channels() AS canal;',
  })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows('SELECT canal FROM module_vendas.ouvidos')).toEqual([])
})

it.each([
  [`db.executeQuery(CompiledQuery.raw("SET client_encoding = 'LATIN1'"))`, false],
  [`sql\`SET NAMES 'LATIN1'\`.execute(db)`, false],
  [`sql\`SELECT set_config(\${'client_encoding'}, 'LATIN1', true)\`.execute(db)`, true],
  [`sql\`SET client_encoding = 'UTF8'\`.execute(db)`, true],
])('code writes its texts as they are: %s', async (set, isTaken) => {
  await using migrated = await Migrated.make({
    'vendas/001_a.mjs': `import { CompiledQuery, sql } from ${JSON.stringify(import.meta.resolve('kysely'))}
      export const up = async (db) => {
        await sql\`CREATE TABLE a (texto text)\`.execute(db)
        await ${set}
        await sql\`INSERT INTO a VALUES (\${'ação'})\`.execute(db)
      }`,
  })
  const run = migrated.system().runAllMigrations()
  if (!isTaken) {
    await expect(run).rejects.toMatchObject({ message: expect.stringContaining('encoding') })
    return
  }
  await run
  expect(await migrated.rows('SELECT texto FROM module_vendas.a')).toEqual([{ texto: 'ação' }])
})
