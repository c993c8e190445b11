import { afterEach, beforeEach, expect, test } from 'vitest'
import { testDatabase } from '../database/test-database.js'
import type { PostgresServer } from './postgres-server.js'
import { startPostgres } from './start-postgres.js'
import { withClient } from './with-client.js'

const variables = { ...process.env }
let server: PostgresServer

beforeEach(async () => {
  server = await startPostgres()
  process.env.DATABASE_URL = server.connectionString
  delete process.env.PLATAFORMA_TEST_POSTGRES
})
afterEach(async () => {
  process.env = { ...variables }
  await server.close()
})

test('the server at DATABASE_URL is used where that is allowed, and never ended', async () => {
  const external = await startPostgres({ allowExternal: true })
  expect(external).toMatchObject({ way: 'external (DATABASE_URL)', version: server.version })
  await expect(external.stop()).rejects.toThrow('not ours')
  await expect(external.restart()).rejects.toThrow('not ours')
  await external.close()
  await withClient(server.connectionString, (client) => client.query('select 1'))
})

test('test databases and their roles come and go on it', async () => {
  const external = await startPostgres({ allowExternal: true })
  const database = await testDatabase({ server: external, administrator: 'restricted' })
  await withClient(database.connectionString, (client) => client.query('create role made_there'))
  await database.drop()
  const { rows } = await withClient(server.connectionString, (client) =>
    client.query(
      `select (select count(*)::int from pg_database where not datistemplate) as databases,
        (select count(*)::int from pg_roles where rolname !~ '^pg_') as roles`,
    ),
  )
  expect(rows).toEqual([{ databases: 1, roles: server.majorVersion >= 16 ? 1 : 2 }])
})

test('a server of one’s own is not the one at DATABASE_URL', async () => {
  await using own = await startPostgres()
  expect(own.port).not.toBe(server.port)
})
