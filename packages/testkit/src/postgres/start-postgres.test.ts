import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PostgresServer } from './postgres-server.js'
import { startPostgres } from './start-postgres.js'
import { withClient } from './with-client.js'

let server: PostgresServer

beforeAll(async () => {
  server = await startPostgres({ settings: { max_connections: 12 } })
})
afterAll(() => server.close())

test('applies settings over the defaults', async () => {
  const { rows } = await withClient(server.connectionString, (client) =>
    client.query(
      `select current_setting('max_connections') as connections,
        current_setting('wal_level') as wal, current_setting('fsync') as fsync,
        current_setting('server_version') as version`,
    ),
  )
  expect(rows).toMatchObject([{ connections: '12', wal: 'logical', fsync: 'off' }])
  expect(rows[0].version).toContain(server.version)
})

test('keeps data and port over a restart', async () => {
  const url = await server.createDatabase('kept')
  await withClient(url, (client) => client.query('create table a as select 7 as id'))
  await server.restart()
  const result = await withClient(url, (client) => client.query('select id from a'))
  expect(result.rows).toEqual([{ id: 7 }])
})

test('refuses connections while stopped', async () => {
  await server.stop({ mode: 'immediate' })
  await expect(new pg.Client(server.connectionString).connect()).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  })
  await server.start()
  await withClient(server.connectionString, (client) => client.query('select 1'))
})

test('answers nothing while paused and goes on afterwards', async () => {
  await withClient(server.connectionString, async (client) => {
    await server.pause()
    const answer = client.query('select 1 as one')
    expect(await Promise.race([answer, delay(200, 'silence')])).toBe('silence')
    await server.resume()
    expect((await answer).rows).toEqual([{ one: 1 }])
  })
})
