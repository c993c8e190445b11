import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDatabase } from '@plataforma/core'
import { generateTypes, MigrationSystem, migrations } from '@plataforma/migrations'

const connectionString = process.env.DATABASE_URL ?? ''
const directory = await mkdtemp(join(tmpdir(), 'migrations-'))
const outDir = join(directory, '..', `row-types-${process.pid}`)

async function write(module: string, name: string, text: string): Promise<void> {
  await mkdir(join(directory, module), { recursive: true })
  await writeFile(join(directory, module, name), text)
}

await write(
  'auth',
  '001_create_users.sql',
  `-- @metadata {"version": "1.0.0", "dependencies": []}
CREATE TABLE users (id int PRIMARY KEY);
CREATE INDEX CONCURRENTLY users_id ON users (id);
-- @down
DROP TABLE users;
`,
)
await using alone = new MigrationSystem({ connectionString, directory })
await alone.runAllMigrations()
assert.deepEqual((await alone.runAllMigrations()).applied, [])
assert.equal((await alone.getModuleStatus('auth')).version, '1.0.0')

await write(
  'vendas',
  '001_create_clientes.sql',
  `-- @metadata {"version": "1.0.0", "dependencies": ["auth@>=1.0.0"]}
CREATE TABLE IF NOT EXISTS clientes (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id UUID NOT NULL,
  nome VARCHAR(255) NOT NULL
);
`,
)
await write(
  'vendas',
  '002_nome.mjs',
  `export async function up(db) {
  await db.schema.alterTable('clientes').addColumn('cidade', 'text').execute()
}
`,
)
await using database = createDatabase({
  connectionString,
  mode: 'development',
  plugins: [migrations({ directory, types: false, runOnInitialize: true })],
})
await database.initialize()
const vendas = database.module('vendas')
await database.withContext({ tenantId: crypto.randomUUID() }, async () => {
  await vendas.insert('clientes', [{ nome: 'João Silva', cidade: 'Recife' }])
  assert.equal(await vendas.count('clientes'), 1)
})
const modules = [{ module: 'vendas', schema: 'module_vendas' }]
await generateTypes(database.admin.db, { modules, outDir })
assert.match(await readFile(join(outDir, 'vendas.ts'), 'utf8'), /cidade: string \| null/)
for (const folder of [directory, outDir]) await rm(folder, { recursive: true })
console.log('modules are made by migrations that depend on each other, and have their row types')
