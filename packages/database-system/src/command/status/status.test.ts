import { randomUUID } from 'node:crypto'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plataforma, temporaryFolder } from '../../../test/run-plataforma.js'
import { createPlatformaDatabaseSystem } from '../../system/create-platforma-database-system.js'

let database: TestDatabase
let empty: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
  empty = await testDatabase()
  await using system = createPlatformaDatabaseSystem({
    connectionString: database.connectionString,
    mode: 'development',
    isolation: { login: 'dedicated' },
  })
  await system.initialize()
  await system.createModule('estoque')
  const vendas = await system.createModule('vendas')
  await vendas.createTable('clientes', [
    { name: 'id', type: 'UUID', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
    { name: 'nome', type: 'TEXT' },
  ])
  await vendas.createTable('paises', [{ name: 'sigla', type: 'TEXT', primaryKey: true }])
  await system.withContext({ tenantId: randomUUID() }, () =>
    vendas.insert(
      'clientes',
      Array.from({ length: 1_234 }, (_, n) => ({ nome: `${n}` })),
    ),
  )
  await system.admin.script('analyze')
})

afterAll(async () => {
  await database.drop()
  await empty.drop()
})

describe('plataforma status', () => {
  it('tells server, logins, modules and health as JSON', async () => {
    await using folder = await temporaryFolder({
      'plataforma.config.mjs': `export default {
        mode: 'development',
        isolation: { login: 'dedicated' },
        connectionString: '${database.connectionString}',
      }`,
    })
    const { exitCode, stdout, stderr } = await plataforma(['status', '--json'], {
      cwd: folder.path,
    })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const table = { bytes: expect.any(Number), rowLevelSecurity: true }
    expect(JSON.parse(stdout)).toMatchObject({
      mode: 'development',
      server: { database: database.name, user: database.administrator.user, encrypted: false },
      prepared: true,
      connections: {
        max: expect.any(Number),
        reserved: expect.any(Number),
        open: expect.any(Number),
        logins: [{ login: database.administrator.user, open: expect.any(Number) }],
      },
      logins: { grade: 'dedicated', modulesWithOwnLogin: 2 },
      modules: [
        { name: 'estoque', schema: 'module_estoque', hasOwnLogin: true, tables: [] },
        {
          name: 'vendas',
          tables: [
            { ...table, name: 'clientes', rows: 1_234 },
            { ...table, name: 'paises', rows: 0, rowLevelSecurity: false },
          ],
        },
      ],
      health: {
        overall: 'healthy',
        components: { database: { status: 'healthy' }, redis: { status: 'disabled' } },
      },
    })
  })

  it('prints a report without colours where it is no terminal', async () => {
    const env = { DATABASE_URL: database.connectionString }
    const { exitCode, stdout } = await plataforma(['status'], { env })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Database +\S+ on 127\.0\.0\.1:\d+, as \S+$/m)
    expect(stdout).toMatch(/^Server +PostgreSQL \d+\.\d+$/m)
    expect(stdout).toMatch(/^Connections +\d+ open of \d+ \(\S+ \d+\)$/m)
    expect(stdout).toMatch(/^vendas +2 +1,234 +[\d.]+ kB +1 of 2$/m)
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toContain(database.administrator.password)
    expect(await plataforma(['status'], { env: { ...env, FORCE_COLOR: '1' } })).toMatchObject({
      stdout: expect.stringContaining('\u001b[32mhealthy'),
    })
  })

  it('changes nothing in a database that was never initialized', async () => {
    const env = { DATABASE_URL: empty.connectionString }
    const first = await plataforma(['status'], { env })
    expect(first).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('never initialized'),
    })
    const { stdout } = await plataforma(['status', '--json'], { env })
    expect(JSON.parse(stdout)).toMatchObject({ prepared: false, modules: [] })
  })

  it('tells that Redis is away and stays fine: the database works', async () => {
    await using folder = await temporaryFolder({
      'plataforma.config.mjs': `export default {
        mode: 'development',
        connectionString: '${database.connectionString}',
        redisConfig: { url: 'redis://127.0.0.1:1', enabled: true },
      }`,
    })
    const { exitCode, stdout } = await plataforma(['status'], { cwd: folder.path })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Health +degraded$/m)
    expect(stdout).toMatch(/^ {2}redis +unhealthy .*ECONNREFUSED/m)
  })
})
