import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plataforma } from '../../../test/run-plataforma.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase({ administrator: 'restricted' })
})

afterAll(async () => {
  await database.drop()
})

async function asSuperuser(statement: string): Promise<void> {
  const client = new pg.Client(database.superuser.connectionString)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

describe('plataforma doctor', () => {
  it('is fine with a login that has just what it needs', async () => {
    const env = { DATABASE_URL: database.connectionString, PLATAFORMA_SECRET: 'of this test alone' }
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
})
