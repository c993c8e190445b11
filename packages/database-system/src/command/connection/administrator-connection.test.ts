import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { asAdministrator } from './administrator-connection.js'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const addressWith = (parameter: string) =>
  `${database.connectionString}${database.connectionString.includes('?') ? '&' : '?'}${parameter}`

it.each(['sslmode=disable', 'ssl=0'])(
  '%s in the address does not switch `ssl` off',
  async (off) => {
    const connectionString = addressWith(off)
    const look = (ssl: boolean | undefined) =>
      asAdministrator({ connectionString, ssl }, (db) => sql`select 1`.execute(db))
    await look(undefined)
    // The server of the tests speaks no TLS, which a connection without it would not notice.
    await expect(look(true)).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
      message: expect.stringContaining('SSL'),
    })
  },
)

it('keeps the start-up options of the address', async () => {
  const connectionString = addressWith('options=-c%20work_mem%3D5MB')
  const { rows } = await asAdministrator({ connectionString }, (db) =>
    sql`select current_setting('work_mem') as it`.execute(db),
  )
  expect(rows).toEqual([{ it: '5MB' }])
})
