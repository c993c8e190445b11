import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sharedPostgres } from '../postgres/shared-postgres.js'
import type { PgBouncer } from './pg-bouncer.js'
import { startPgBouncer } from './start-pg-bouncer.js'

const server = await sharedPostgres()
const pooler: PgBouncer | undefined = await startPgBouncer({ server })

afterAll(() => pooler?.close())

async function ask(text: string): Promise<unknown[]> {
  const client = new pg.Client(pooler?.through(server.connectionString))
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

describe.skipIf(!pooler)('PgBouncer', () => {
  beforeAll(() => console.log(`testkit: PgBouncer ${pooler?.version}, ${pooler?.way}`))

  test('lets the logins of the server through to it', async () => {
    expect(await ask("select current_user, current_setting('port')")).toEqual([
      server.user,
      String(server.port),
    ])
  })

  test('gives one session to transactions of several clients', async () => {
    const [first] = await ask('select pg_backend_pid()')
    expect(await ask('select pg_backend_pid()')).toEqual([first])
  })

  test('stops, starts on the same port, and closes', async () => {
    await pooler?.stop()
    await expect(ask('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await pooler?.start()
    expect(await ask('select 1')).toEqual([1])
  })
})
