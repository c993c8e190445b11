import pg from 'pg'
import { expect, test } from 'vitest'
import { testDatabase } from '../database/test-database.js'
import { startMessageProxy } from './message-proxy.js'

async function clientThrough(
  onMessage: (type: string, index: number) => 'pass' | 'cut' | 'pass-then-cut',
) {
  const database = await testDatabase()
  const proxy = await startMessageProxy(database.server, {
    onMessage: ({ type }, index) => onMessage(type, index),
  })
  const client = new pg.Client(proxy.url(database.connectionString))
  client.on('error', () => {})
  return {
    database,
    client,
    proxy,
    async [Symbol.asyncDispose]() {
      await client.end().catch(() => {})
      await proxy.close()
      await database.drop()
    },
  }
}

test('tells every message of a conversation', async () => {
  const types: string[] = []
  await using setting = await clientThrough((type) => {
    types.push(type)
    return 'pass'
  })
  const { client, proxy } = setting
  await client.connect()
  await client.query(`select '${'x'.repeat(200_000)}' as x`)
  await client.query('select $1::int as n', [1])
  expect(types.filter((type) => type !== 'p')).toEqual(['startup', 'Q', 'P', 'B', 'D', 'E', 'S'])
  expect(proxy.count).toBe(types.length)
})

test.each([
  ['cut', 0],
  ['pass-then-cut', 1],
] as const)(
  'at a message that is to be %s, the server has done it %d times',
  async (verdict, n) => {
    await using setting = await clientThrough((type) => (type === 'Q' ? verdict : 'pass'))
    const { client, database } = setting
    await client.connect()
    await expect(client.query('create table feita (id int)')).rejects.toThrow()
    const observer = new pg.Client(database.connectionString)
    await observer.connect()
    const made = async () =>
      (await observer.query("select from pg_class where relname = 'feita'")).rows.length
    await expect.poll(made).toBe(n)
    await observer.end()
  },
)
