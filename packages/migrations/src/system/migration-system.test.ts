import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Migrated } from '../run/engine.fixture.js'
import type { MigrationProgress } from './migration-progress.js'
import { MigrationSystem } from './migration-system.js'

const VENDAS = {
  'vendas/001_create_clientes.sql': `-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE clientes (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  nome VARCHAR(255) NOT NULL -- the name
);
CREATE INDEX ON clientes (nome);

-- @down
DROP TABLE IF EXISTS clientes;
`,
  'vendas/002_add_email.sql': 'ALTER TABLE clientes ADD COLUMN email text -- no semicolon',
}

it('runs what is pending, once, each with its row of the history', async () => {
  await using migrated = await Migrated.make(VENDAS)
  const system = migrated.system()
  const first = await system.runAllMigrations()
  expect(first.applied.map(({ module, name, version }) => [module, name, version])).toEqual([
    ['vendas', '001_create_clientes', '1.0.0'],
    ['vendas', '002_add_email', null],
  ])
  expect(first.modules).toEqual(['vendas'])
  await migrated.rows('INSERT INTO module_vendas.clientes (nome, email) VALUES ($1, $2)', [
    'a',
    'b',
  ])
  expect(await migrated.applied()).toEqual(['vendas:001_create_clientes', 'vendas:002_add_email'])
  const second = await system.runAllMigrations()
  expect(second).toMatchObject({ applied: [], modules: [], warnings: [] })
})

it('keeps the texts, the checksum and who did it', async () => {
  await using migrated = await Migrated.make(VENDAS)
  await migrated.system().runModuleMigrations('vendas')
  const [row] = await migrated.rows<Record<string, unknown>>(
    "SELECT * FROM plataforma.migrations WHERE name = '001_create_clientes'",
  )
  expect(row).toMatchObject({
    version: '1.0.0',
    kind: 'sql',
    state: 'applied',
    up_text: VENDAS['vendas/001_create_clientes.sql'],
    down_text: 'DROP TABLE IF EXISTS clientes;',
    checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
    applied_by: expect.stringMatching(/^.+@.+$/),
  })
  expect(row?.duration_ms).toBeGreaterThan(0)
})

it('rolls the failing one back, keeps the earlier ones, and shows the place', async () => {
  await using migrated = await Migrated.make({
    ...VENDAS,
    'vendas/003_wrong.sql': "CREATE TABLE é (t text);\nINSERT INTO é VALUES ('é😀'), (nada);\n",
    'vendas/004_never.sql': 'CREATE TABLE never ()',
  })
  const error = await migrated
    .system()
    .runAllMigrations()
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    sqlState: '42703',
    module: 'vendas',
    message: expect.stringContaining("2 | INSERT INTO é VALUES ('é😀'), (nada);\n  |"),
    details: { line: 2, column: 32, migration: '003_wrong' },
  })
  expect(await migrated.applied()).toEqual(['vendas:001_create_clientes', 'vendas:002_add_email'])
  expect(await migrated.rows("SELECT to_regclass('module_vendas.é') AS t")).toEqual([{ t: null }])
})

it('tells the line of a statement for which the server has no position', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql':
      'CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\n\nINSERT INTO a VALUES (1);\nSELECT 1;\n',
  })
  const system = migrated.system()
  const error = await system.runAllMigrations().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'PLT_MIGRATION_FAILED', sqlState: '23505' })
  expect(error).toMatchObject({ details: { line: 4, column: 1 } })
  await migrated.write({ 'vendas/001_a.sql': 'CREATE TABLE a (id int PRIMARY KEY);' })
  await system.runAllMigrations()
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
})

it('tells of what is deferred to the end of the transaction', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': `CREATE TABLE a (id int PRIMARY KEY);
      CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO b VALUES (1);`,
  })
  const error = await migrated
    .system()
    .runAllMigrations()
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'PLT_MIGRATION_FAILED', sqlState: '23503' })
  expect(String(error)).toContain('deferred')
})

it('leaves settings of one migration to no other', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': `SELECT pg_catalog.set_config('search_path', '', false);
      SET default_transaction_read_only = on; SET statement_timeout = '1h';
      CREATE TABLE module_vendas.a ();`,
    'vendas/002_b.sql': 'CREATE TABLE b AS SELECT current_setting($$statement_timeout$$) AS t',
  })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows('SELECT t FROM module_vendas.b')).toEqual([{ t: '0' }])
})

it('runs code with a handle on the session of the migration', async () => {
  await using migrated = await Migrated.make({
    ...VENDAS,
    'vendas/003_fill.mjs': `export async function up(db) {
      await db.insertInto('clientes').values({ nome: 'Ana' }).execute()
    }`,
  })
  await migrated.system().runAllMigrations()
  expect(await migrated.rows('SELECT nome FROM module_vendas.clientes')).toEqual([{ nome: 'Ana' }])
  expect(await migrated.applied()).toContain('vendas:003_fill')
})

it('runs what cannot be in a transaction outside of it, in one file with what can', async () => {
  await using migrated = await Migrated.make({
    'vendas/001_a.sql': `CREATE TABLE a (n int); INSERT INTO a VALUES (1);
      CREATE INDEX CONCURRENTLY a_n ON a (n);
      INSERT INTO a VALUES (2); VACUUM a;`,
  })
  await migrated.system().runAllMigrations()
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
  expect(await migrated.rows('SELECT count(*)::int AS n FROM module_vendas.a')).toEqual([{ n: 2 }])
  expect(await migrated.rows('SELECT * FROM plataforma.migration_progress')).toEqual([])
  expect(
    await migrated.rows(
      "SELECT indisvalid FROM pg_index WHERE indexrelid = 'module_vendas.a_n'::regclass",
    ),
  ).toEqual([{ indisvalid: true }])
})

it('writes the row types of all modules after a run that changed one', async () => {
  await using migrated = await Migrated.make(VENDAS)
  const outDir = join(migrated.directory, '..', `types-${migrated.database.name}`)
  const kinds: string[] = []
  const onProgress = ({ kind }: MigrationProgress) => kinds.push(kind)
  const system = migrated.system({ types: true, outDir, onProgress })
  await system.runAllMigrations()
  expect(await readFile(join(outDir, 'vendas.ts'), 'utf8')).toContain('clientes')
  expect(kinds).toEqual(['planned', 'started', 'applied', 'started', 'applied', 'types'])
  await rm(outDir, { recursive: true })
  await system.runAllMigrations()
  await expect(readFile(join(outDir, 'vendas.ts'), 'utf8')).rejects.toThrow('ENOENT')
})

it('begins nothing once its signal was aborted', async () => {
  await using migrated = await Migrated.make(VENDAS)
  const system = migrated.system()
  const signal = AbortSignal.abort(new Error('enough'))
  const calls = [
    system.runAllMigrations({ signal }),
    system.runModuleMigrations('vendas', { signal }),
    system.rollback({ module: 'vendas', steps: 1, signal }),
    system.baseline({ signal }),
    system.repair({ signal }),
    system.plan({ signal }),
    system.getModuleStatus('vendas', { signal }),
    system.getStatus({ signal }),
    system.history({ signal }),
    system.generateTypes({ signal }),
    system.verifyTypes({ signal }),
    system.create('vendas', 'never', { signal }),
  ]
  for (const call of await Promise.allSettled(calls)) {
    expect(call).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
  }
  expect(await readdir(join(migrated.directory, 'vendas'))).toHaveLength(Object.keys(VENDAS).length)
  expect(
    await migrated.rows('SELECT FROM pg_namespace WHERE nspname ~ $$^(module_|plat)$$'),
  ).toEqual([])
})

it('warns where the row types cannot be written, and tells what a run has done all the same', async () => {
  await using migrated = await Migrated.make({
    ...VENDAS,
    'vendas/009_bad.sql': 'SELECT * FROM nowhere',
  })
  const warnings: unknown[] = []
  await using system = new MigrationSystem({
    connectionString: migrated.database.connectionString,
    directory: migrated.directory,
    // A file is no folder.
    outDir: join(migrated.directory, 'vendas/009_bad.sql'),
    log: (level, message) => warnings.push(`${level}: ${message}`),
  })
  await expect(system.runAllMigrations()).rejects.toMatchObject({ code: 'PLT_MIGRATION_FAILED' })
  expect(warnings).toEqual([expect.stringMatching(/^warn: The row types were not written\. /)])
})

it('keeps a snapshot of each module that a run has changed', async () => {
  await using migrated = await Migrated.make(VENDAS)
  const system = migrated.system()
  await system.runAllMigrations()
  await system.rollback({ module: 'vendas', steps: 1 }).catch(() => {})
  await migrated.write({
    'vendas/003_c.sql': '-- @metadata {"version": "7.1.0"}\nCREATE TABLE c ()',
  })
  await system.runAllMigrations()
  const rows = await migrated.rows<{ tables: string[]; version: string | null }>(`
    SELECT version, ARRAY(SELECT jsonb_object_keys(snapshot -> 'tables') ORDER BY 1) AS tables
    FROM plataforma.migration_snapshots ORDER BY id`)
  expect(rows.map(({ tables }) => tables)).toEqual([['clientes'], ['c', 'clientes']])
  expect(rows.map(({ version }) => version)).toEqual(['1.0.0', '7.1.0'])
})

it('refuses calls after it was closed', async () => {
  await using migrated = await Migrated.make(VENDAS)
  const system = migrated.system()
  await system.runAllMigrations()
  await system.close()
  await system.close()
  await expect(system.runAllMigrations()).rejects.toMatchObject({ code: 'PLT_CLOSED' })
  await expect(system.getStatus()).rejects.toMatchObject({ code: 'PLT_CLOSED' })
})

it.each(['sql', 'ts'] as const)(
  'refuses %s that was made and not written, and runs it when it is',
  async (kind) => {
    await using migrated = await Migrated.make({
      ...VENDAS,
      'vendas/003_no_more.sql':
        '-- @metadata {"version": "2.0.0"}\n-- No longer needed.\n-- @down\n',
    })
    const system = migrated.system()
    const { place } = await system.create('vendas', 'add itens', { kind })
    const refusal = {
      code: 'PLT_MIGRATION_INVALID',
      module: 'vendas',
      message: expect.stringContaining(`vendas:004_add_itens (${place})`),
      remedy: expect.stringContaining('delete the file'),
    }
    await expect(system.plan()).rejects.toMatchObject(refusal)
    await expect(system.runAllMigrations()).rejects.toMatchObject(refusal)
    expect(await system.history()).toEqual([])
    expect(await system.getModuleStatus('vendas')).toMatchObject({ state: 'pending' })
    const text = await readFile(place, 'utf8')
    await writeFile(
      place,
      kind === 'sql' ? `${text}SELECT 1;` : text.replace('{\n}', '{ /* later */ }'),
    )
    const { applied } = await system.runAllMigrations()
    expect(applied).toHaveLength(4)
  },
)

it('refuses to tell of a module that nobody knows, naming those that are known', async () => {
  await using migrated = await Migrated.make(VENDAS)
  const system = migrated.system()
  const refusal = {
    code: 'PLT_MIGRATION_NOT_FOUND',
    module: 'venda',
    message: expect.stringContaining('Did you mean "vendas"?'),
    remedy: expect.stringContaining('vendas'),
  }
  await expect(system.getModuleStatus('venda')).rejects.toMatchObject(refusal)
  await expect(system.repair({ module: 'venda' })).rejects.toMatchObject(refusal)
  await system.runAllMigrations()
  await migrated.remove('vendas/001_create_clientes.sql')
  await migrated.remove('vendas/002_add_email.sql')
  expect(await system.getModuleStatus('vendas')).toMatchObject({ state: 'current' })
})
