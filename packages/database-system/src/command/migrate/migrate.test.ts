import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { plataforma, startPlataforma, temporaryFolder } from '../../../test/run-plataforma.js'

const CLIENTES = `-- @metadata {"version": "1.0.0"}
create table clientes (id uuid primary key, organization_id uuid not null);
-- @down
drop table clientes;
`

let database: TestDatabase

beforeEach(async () => {
  database = await testDatabase()
})

afterEach(() => database.drop())

function folder(more = '', connectionString = database.connectionString) {
  return temporaryFolder({
    'plataforma.config.mjs': `export default {
      mode: 'development',
      connectionString: '${connectionString}',
      migrations: { runOnInitialize: true, types: false },
      ${more}
    }`,
    'migrations/vendas/001_clientes.sql': CLIENTES,
  })
}

it('runs the migrations of the system, whose tables are protected, when it is told to', async () => {
  await using place = await folder()
  const { path: cwd } = place
  const before = await plataforma(['migrate', 'status', '--json'], { cwd })
  expect(before).toMatchObject({ exitCode: 0, stderr: '' })
  expect(JSON.parse(before.stdout).modules).toMatchObject([
    { module: 'vendas', state: 'pending', applied: [] },
  ])
  const up = await plataforma(['migrate', 'up'], { cwd })
  expect(up).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Applied 1 migration of 1 module in /),
    stderr: expect.stringMatching(/^applied {6}1\/1 .* vendas\/001_clientes\n$/),
  })
  const status = await plataforma(['status', '--json'], { cwd })
  const [vendas] = JSON.parse(status.stdout).modules
  expect(vendas.tables).toMatchObject([{ name: 'clientes', rowLevelSecurity: true }])
  expect(await plataforma(['migrate', 'down', 'vendas'], { cwd })).toMatchObject({ exitCode: 0 })
  expect((await plataforma(['migrate', 'plan', '--check'], { cwd })).exitCode).toBe(3)
})

it('tells of keys without the tenant column, after the run and in the status', async () => {
  await using place = await folder()
  const { path: cwd } = place
  writeFileSync(
    join(cwd, 'migrations/vendas/002_email.sql'),
    'ALTER TABLE clientes ADD COLUMN email text UNIQUE;',
  )
  const what =
    /unique key clientes_email_key of module_vendas."?clientes"? \(email\) does not include/
  const up = await plataforma(['migrate', 'up'], { cwd })
  expect(up).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(what) })
  expect(up.stdout).toContain('make it again with the tenant column')
  const status = await plataforma(['migrate', 'status'], { cwd })
  expect(status.stdout).toContain('vendas  1 key without the tenant column')
  expect(status.stdout).toMatch(what)
  const json = await plataforma(['migrate', 'status', 'vendas', '--json'], { cwd })
  expect(JSON.parse(json.stdout).modules).toMatchObject([
    { state: 'current', keysAcrossTenants: [{ kind: 'unique', columns: ['email'] }] },
  ])
})

it('makes files without a connection', async () => {
  await using place = await folder("secret: 'a secret of this test alone',")
  const { path: cwd } = place
  await database.drop()
  const made = await plataforma(['migrate', 'new', 'vendas', 'itens'], { cwd })
  expect(made).toMatchObject({ exitCode: 0, stderr: '' })
  expect(existsSync(join(cwd, 'migrations/vendas/002_itens.sql'))).toBe(true)
  const away = await plataforma(['migrate', 'up'], { cwd })
  expect(away).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('Cannot connect') })
})

it('is refused where migrations are switched off', async () => {
  await using place = await folder('features: { migrations: false },')
  expect(await plataforma(['migrate', 'up'], { cwd: place.path })).toEqual({
    exitCode: 2,
    stdout: '',
    stderr:
      'plataforma: Migrations are switched off. Set features.migrations to true, or leave it out.\n',
  })
})

it('shows its commands where none is given', async () => {
  const { exitCode, stderr } = await plataforma(['migrate'])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('Usage: plataforma migrate')
  expect((await plataforma(['migrate', 'up', '--help'])).stdout).toContain('--config <file>')
})

it('ends with 130 on SIGINT in a network that swallows everything', async () => {
  await using proxy = await startTcpProxy(database.server)
  await using place = await folder('', proxy.url(database.connectionString))
  const { path: cwd } = place
  writeFileSync(join(cwd, 'migrations/vendas/002_longa.sql'), 'SELECT pg_sleep(600);')
  const running = await startPlataforma(['migrate', 'up'], { cwd })
  const client = new pg.Client(database.superuser.connectionString)
  await client.connect()
  const sleeping = async () => {
    const { rows } = await client.query(`SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event = 'PgSleep'`)
    return rows.length
  }
  await expect.poll(sleeping, { timeout: 30_000 }).toBe(1)
  await client.end()
  proxy.blackHole()
  running.kill('SIGINT')
  const begin = performance.now()
  expect((await running.ended).exitCode).toBe(130)
  // The run's own limit, and that of the system, which closes its connections after it.
  expect(performance.now() - begin).toBeLessThan(16_000)
})
