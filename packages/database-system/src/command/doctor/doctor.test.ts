import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plataforma, temporaryFolder } from '../../../test/run-plataforma.js'
import { createPlatformaDatabaseSystem } from '../../system/create-platforma-database-system.js'

const SECRET = 'a secret of this test alone'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase({ administrator: 'restricted' })
})

afterAll(async () => {
  await database.drop()
})

async function asSuperuser(statement: string, target = database): Promise<void> {
  const client = new pg.Client(target.superuser.connectionString)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

describe('plataforma doctor', () => {
  it('is fine with a login that has just what it needs', async () => {
    const env = { DATABASE_URL: database.connectionString, PLATAFORMA_SECRET: SECRET }
    const { exitCode, stdout, stderr } = await plataforma(['doctor', '--json'], { env })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const { configuration, counts, findings } = JSON.parse(stdout)
    expect(configuration).toBe('DATABASE_URL')
    expect(counts).toMatchObject({ error: 0, warning: 0 })
    const grades = findings.map(({ id, grade }: Record<string, string>) => [id, grade])
    expect(grades).toEqual(
      expect.arrayContaining([
        ['connection', 'ok'],
        ['server-version', 'ok'],
        ['mode', 'ok'],
        ['privileges', 'ok'],
      ]),
    )
  })

  it('tells the SQL that mends missing privileges, and ends with 1', async () => {
    const env = { DATABASE_URL: database.connectionString }
    const login = database.administrator.user
    await asSuperuser(`alter role "${login}" nocreaterole`)
    await asSuperuser(`alter database "${database.name}" owner to "${database.superuser.user}"`)
    const { exitCode, stdout } = await plataforma(['doctor'], { env })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^error {5}The login \S+ may not create roles/m)
    expect(stdout).toMatch(/^2 errors, 0 warnings$/m)
    const remedies = stdout.match(/(?<=^ {10})ALTER .*;$/gm) ?? []
    expect(remedies).toHaveLength(2)
    for (const remedy of remedies) await asSuperuser(remedy)
    expect(await plataforma(['doctor'], { env })).toMatchObject({ exitCode: 0 })
  })

  it('finds what keeps tenants apart, and what does not any more', async () => {
    await using other = await testDatabase({ administrator: 'restricted' })
    await using system = createPlatformaDatabaseSystem({
      connectionString: other.connectionString,
      secret: SECRET,
      isolation: { login: 'dedicated' },
    })
    await system.initialize()
    const vendas = await system.createModule('vendas')
    await vendas.createTable('clientes', [
      { name: 'id', type: 'UUID', primaryKey: true },
      { name: 'organization_id', type: 'UUID', nullable: false },
    ])
    await using folder = await temporaryFolder({
      'plataforma.config.mjs': `export default {
        connectionString: '${other.connectionString}',
        isolation: { login: 'dedicated' },
      }`,
    })
    const options = { cwd: folder.path, env: { PLATAFORMA_SECRET: SECRET } }
    expect(await plataforma(['doctor'], options)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^ok {8}Modules and tenants are kept apart/m),
    })
    await system.admin.script(`
      set role "${system.isolation.isolation.names.owner('vendas')}";
      alter table module_vendas.clientes no force row level security;
      alter table module_vendas.clientes disable row level security`)
    const { exitCode, stdout } = await plataforma(['doctor', '--json'], options)
    expect(exitCode).toBe(1)
    const { findings } = JSON.parse(stdout)
    expect(findings).toContainEqual({
      id: 'table-unprotected',
      grade: 'error',
      message: expect.stringContaining('clientes'),
      remedy: expect.stringContaining('protectTable'),
    })
    await system.isolation.protectTable('vendas', 'clientes')
    expect(await plataforma(['doctor'], options)).toMatchObject({ exitCode: 0 })
  })

  it('points to the script that hardens a fresh database, which then has nothing to harden', async () => {
    await using other = await testDatabase()
    await using system = createPlatformaDatabaseSystem({
      connectionString: other.connectionString,
      mode: 'development',
    })
    await system.initialize()
    const env = { DATABASE_URL: other.connectionString }
    const doctor = (...options: string[]) => plataforma(['doctor', ...options], { env })
    const { stdout } = await doctor()
    expect(stdout).toMatch(/^ {10}plataforma doctor --hardening prints the SQL against it\.$/m)
    expect(stdout).not.toContain('REVOKE')
    const { findings } = JSON.parse((await doctor('--json')).stdout)
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'hardening', sql: expect.stringMatching(/^REVOKE EXECUTE/) }),
    )
    const script = await doctor('--hardening')
    expect(script).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^-- A module/) })
    await asSuperuser(script.stdout, other)
    expect((await doctor('--hardening')).stdout).toBe('-- There is nothing to harden.\n')
  })

  it('weighs a shared login by the mode', async () => {
    await using other = await testDatabase()
    await using system = createPlatformaDatabaseSystem({
      connectionString: other.connectionString,
      mode: 'development',
    })
    await system.initialize()
    const env = { DATABASE_URL: other.connectionString }
    const gradeOf = async (id: string, more: Readonly<Record<string, string>>) => {
      const { stdout } = await plataforma(['doctor', '--json'], { env: { ...env, ...more } })
      return JSON.parse(stdout).findings.find((one: { id: string }) => one.id === id)?.grade
    }
    expect(await gradeOf('login-grade', {})).toBe('info')
    expect(await gradeOf('login-grade', { PLATAFORMA_SECRET: SECRET })).toBe('warning')
    expect(await gradeOf('development-secret', {})).toBe('info')
  })
})
