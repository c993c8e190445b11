import { expect, it } from 'vitest'
import { startPlatform } from './platform.fixture.js'

const EMAIL = {
  kind: 'unique-across-tenants',
  module: 'vendas',
  table: 'clientes',
  name: 'clientes_email_key',
}

it('a run warns of the keys without the tenant that came with it, and the status keeps telling', async () => {
  const { database, run } = await startPlatform({
    files: {
      '001_a.sql': `
        CREATE TABLE clientes (
          id uuid PRIMARY KEY, organization_id uuid NOT NULL,
          email text UNIQUE, documento text, UNIQUE (organization_id, documento));
        CREATE TABLE pedidos (
          id uuid PRIMARY KEY, organization_id uuid NOT NULL, cliente uuid REFERENCES clientes);
        CREATE TABLE plain (id int PRIMARY KEY, name text UNIQUE);`,
    },
  })
  const { warnings } = await run()
  expect(warnings).toMatchObject([
    { ...EMAIL, message: expect.stringContaining('(email) does not include the tenant') },
    { kind: 'reference-across-tenants', table: 'pedidos', name: 'pedidos_cliente_fkey' },
  ])
  const after = await run({
    '002_b.sql':
      'CREATE UNIQUE INDEX CONCURRENTLY doc ON clientes (documento) INCLUDE (organization_id);',
    'estoque/001_a.sql': 'CREATE TABLE itens (id int PRIMARY KEY, organization_id uuid)',
  })
  expect(after.warnings).toMatchObject([
    { module: 'estoque', name: 'itens_pkey' },
    { module: 'vendas', table: 'clientes', name: 'doc' },
  ])
  const [status] = await database.migrations.getStatus({ module: 'vendas' })
  expect(status?.state).toBe('current')
  expect(
    status?.keysAcrossTenants.map(({ kind, name, columns, target }) => ({
      kind,
      name,
      columns,
      target,
    })),
  ).toEqual([
    { kind: 'unique', name: 'clientes_email_key', columns: ['email'], target: null },
    { kind: 'unique', name: 'doc', columns: ['documento'], target: null },
    { kind: 'reference', name: 'pedidos_cliente_fkey', columns: ['cliente'], target: 'clientes' },
  ])
  expect(JSON.parse(JSON.stringify(status))).toEqual(status)
  const [estoque] = await database.migrations.getStatus()
  expect(estoque).toMatchObject({ keysAcrossTenants: [{ module: 'estoque', name: 'itens_pkey' }] })
})

it('the tenant column makes keys cross tenants that did not, and a dropped key is not told', async () => {
  const { database, run } = await startPlatform({
    files: { '001_a.sql': 'CREATE TABLE clientes (id uuid PRIMARY KEY, email text UNIQUE)' },
  })
  expect(await run()).toMatchObject({ warnings: [] })
  const { warnings } = await run({
    '002_b.sql': 'ALTER TABLE clientes ADD COLUMN organization_id uuid',
  })
  expect(warnings).toMatchObject([EMAIL])
  const last = await run({
    '003_c.sql': `ALTER TABLE clientes DROP CONSTRAINT clientes_email_key,
      ADD UNIQUE (organization_id, email)`,
  })
  expect(last.warnings).toEqual([])
  expect(await database.migrations.getStatus({ module: 'vendas' })).toMatchObject([
    { keysAcrossTenants: [] },
  ])
})

it('tables that stay without policies by their metadata are not told of', async () => {
  const { run } = await startPlatform()
  const { warnings } = await run({
    '001_a.sql': `-- @metadata {"rls": false}
      CREATE TABLE clientes (organization_id uuid, email text UNIQUE)`,
  })
  expect(warnings).toEqual([])
})

it('a run that fails tells of the keys that stay by the log', async () => {
  const told: string[] = []
  const { run } = await startPlatform({
    database: { log: (level, message) => void (level === 'warn' && told.push(message)) },
    files: {
      '001_a.sql': 'CREATE TABLE clientes (organization_id uuid, email text UNIQUE)',
      '002_b.sql': 'SELECT nada',
    },
  })
  await expect(run()).rejects.toMatchObject({ code: 'PLT_MIGRATION_FAILED' })
  expect(told).toContainEqual(expect.stringContaining('clientes_email_key'))
})

it('a module that was made and has no migrations is known', async () => {
  const { database } = await startPlatform()
  await database.createModule('fiscal')
  expect(await database.migrations.getModuleStatus('fiscal')).toMatchObject({
    module: 'fiscal',
    state: 'current',
    applied: [],
    pending: [],
  })
  await expect(database.migrations.getModuleStatus('fiscall')).rejects.toMatchObject({
    code: 'PLT_MIGRATION_NOT_FOUND',
    message: expect.stringContaining('"fiscal"'),
  })
})
