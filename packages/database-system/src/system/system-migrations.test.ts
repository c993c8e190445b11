import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { MigrationSystem } from '@plataforma/migrations'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { beforeEach, expect, expectTypeOf, it } from 'vitest'
import {
  createPlatformaDatabaseSystem,
  DEVELOPMENT_CONFIG,
  PRODUCTION_CONFIG,
  type SystemConfig,
} from '../index.js'

const CREATE_CLIENTES = `-- @metadata {"version": "1.0.0", "dependencies": []}

CREATE TABLE clientes (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id UUID NOT NULL,
  nome VARCHAR(255) NOT NULL,
  email VARCHAR(255) UNIQUE,
  created_at TIMESTAMPTZ DEFAULT NOW()
);

-- @down
DROP TABLE IF EXISTS clientes;
`

let database: TestDatabase
let folder: string

beforeEach(async () => {
  database = await testDatabase()
  folder = mkdtempSync(join(tmpdir(), 'plataforma-system-'))
  return async () => {
    rmSync(folder, { recursive: true, force: true })
    await database.drop()
  }
})

function write(path: string, text: string): void {
  const file = join(folder, 'migrations', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function options(more: SystemConfig['migrations'] = {}) {
  const { connectionString } = database
  const directory = join(folder, 'migrations')
  return { connectionString, migrations: { directory, types: false, ...more } }
}

it('the documented snippets of migrations work', async () => {
  write('vendas/001_create_clientes.sql', CREATE_CLIENTES)
  await using dbSystem = createPlatformaDatabaseSystem({ ...DEVELOPMENT_CONFIG, ...options() })
  await dbSystem.initialize()

  await dbSystem.migrations?.runModuleMigrations('vendas')
  await dbSystem.migrations?.runAllMigrations()
  const status = await dbSystem.migrations?.getModuleStatus('vendas')

  expect(status).toEqual({
    module: 'vendas',
    version: '1.0.0',
    state: 'current',
    applied: [
      {
        name: '001_create_clientes',
        version: '1.0.0',
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        appliedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        durationMs: expect.any(Number),
      },
    ],
    pending: [],
    unprotected: [],
  })
  const vendas = await dbSystem.createModule('vendas')
  const [one, other] = [randomUUID(), randomUUID()]
  await dbSystem.withContext({ tenantId: one }, () =>
    vendas.insert('clientes', [{ nome: 'João Silva', email: 'joao@email.com' }]),
  )
  const seen = await dbSystem.withContext({ tenantId: other }, () => vendas.select('clientes'))
  expect(seen).toEqual([])
})

it('runOnInitialize migrates before any module is used, and every plugin hears of the tables', async () => {
  write('vendas/001_create_clientes.sql', CREATE_CLIENTES)
  const heard: string[] = []
  await using dbSystem = createPlatformaDatabaseSystem({
    ...DEVELOPMENT_CONFIG,
    ...options({ runOnInitialize: true }),
    plugins: [
      {
        name: 'listener' as const,
        async setup(host) {
          host.on('ensureTable', async ({ module, table }) => {
            heard.push(`${module}.${table}`)
          })
          return {}
        },
      },
    ],
  })
  await dbSystem.initialize()
  expect(new Set(heard)).toEqual(new Set(['vendas.clientes']))
  const vendas = dbSystem.module('vendas')
  const ask = () => dbSystem.withContext({ tenantId: randomUUID() }, () => vendas.count('clientes'))
  expect(await ask()).toBe(0)
})

it('a migration that fails on initialize fails it, and it may be called again', async () => {
  write('vendas/001_create_clientes.sql', 'CREATE TABLE clientes (id nothing);')
  await using dbSystem = createPlatformaDatabaseSystem({
    ...DEVELOPMENT_CONFIG,
    ...options({ runOnInitialize: true }),
  })
  await expect(dbSystem.initialize()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    sqlState: '42704',
  })
  write('vendas/001_create_clientes.sql', CREATE_CLIENTES)
  await dbSystem.initialize()
  expect(await dbSystem.migrations.getModuleStatus('vendas')).toMatchObject({ state: 'current' })
})

it('in production each module migrates as its owner all the same', async () => {
  write('vendas/001_create_clientes.sql', CREATE_CLIENTES)
  await using dbSystem = createPlatformaDatabaseSystem({
    ...PRODUCTION_CONFIG,
    ...options({ runOnInitialize: true }),
    ssl: false,
    secret: 'a secret for tests only',
    poolConfig: { min: 0, max: 2 },
  })
  await dbSystem.initialize()
  const vendas = await dbSystem.createModule('vendas')
  await expect(vendas.count('clientes')).rejects.toMatchObject({
    code: 'PLT_TENANT_CONTEXT_REQUIRED',
  })
})

it('writes row types that tell the system its modules: in production where it is told a folder', async () => {
  write('vendas/001_create_clientes.sql', CREATE_CLIENTES)
  const production = {
    ...PRODUCTION_CONFIG,
    ssl: false,
    secret: 'a secret for tests only',
    poolConfig: { min: 0, max: 2 },
  }
  const written = (directory: string) => existsSync(join(directory, 'index.ts'))
  const run = async (config: SystemConfig) => {
    await using dbSystem = createPlatformaDatabaseSystem(config)
    await dbSystem.initialize()
    return await dbSystem.migrations?.runAllMigrations()
  }
  const before = process.cwd()
  process.chdir(folder)
  try {
    await run({ ...production, ...options({ types: undefined }) })
    expect(written('generated/database')).toBe(false)
    write('vendas/002_add.sql', 'ALTER TABLE clientes ADD COLUMN nota text;')
    await run({ ...production, ...options({ types: undefined, outDir: 'types' }) })
    expect(written('types')).toBe(true)
    write('vendas/003_add.sql', 'ALTER TABLE clientes ADD COLUMN idade int;')
    await run({ ...DEVELOPMENT_CONFIG, ...options({ types: undefined }) })
    const index = readFileSync('generated/database/index.ts', 'utf8')
    expect(index).toContain('declare module "@plataforma/database-system"')
    expect(readFileSync('generated/database/vendas.ts', 'utf8')).toContain('idade: number | null')
  } finally {
    process.chdir(before)
  }
})

it.each([
  ['migrations.directroy', { directroy: './migrations' }],
  ['migrations.lockWaitMs', { lockWaitMs: '10 minutes' }],
  ['migrations.runOnInitialize', { runOnInitialize: 'yes' }],
])('refuses a wrong %s', (key, wrong) => {
  const config = { ...DEVELOPMENT_CONFIG, migrations: wrong } as SystemConfig
  expect(() => createPlatformaDatabaseSystem(config)).toThrow(
    expect.objectContaining({ code: 'PLT_CONFIG_INVALID', details: { key } }),
  )
})

it('is there unless it is switched off', async () => {
  await using on = createPlatformaDatabaseSystem({ ...DEVELOPMENT_CONFIG, ...options() })
  expectTypeOf<(typeof on)['migrations']>().toEqualTypeOf<MigrationSystem>()
  expect(() => on.migrations).toThrow('initialize()')
  await using off = createPlatformaDatabaseSystem({
    ...DEVELOPMENT_CONFIG,
    ...options(),
    features: { ...DEVELOPMENT_CONFIG.features, migrations: false },
  })
  expectTypeOf<(typeof off)['migrations']>().toEqualTypeOf<undefined>()
  await off.initialize()
  expect(off.migrations).toBeUndefined()
})
