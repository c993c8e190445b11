import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, expectTypeOf, it } from 'vitest'
import { administratorHandle } from './isolation.fixture.js'
import { ModuleIsolationManager } from './module-isolation-manager.js'
import type { ModuleIsolationOptions } from './module-isolation-options.js'

let database: TestDatabase
const settings = { secret: 'of this test', login: 'dedicated' } as const

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(() => database.drop())

async function connections(): Promise<number> {
  const client = new pg.Client(database.superuser.connectionString)
  await client.connect()
  const { rowCount } = await client.query(
    'select from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
    [database.name],
  )
  await client.end()
  return rowCount ?? 0
}

it('works alone with an address, and closes what it opened', async () => {
  const { connectionString } = database
  const manager = new ModuleIsolationManager({ connectionString, ...settings })
  expect(await connections()).toBe(0)
  await manager.initialize()
  await manager.createModule('vendas')
  const nested = await manager.asOwner('vendas', () => manager.listModules())
  expect(nested.map(({ name }) => name)).toEqual(['vendas'])
  expect(await manager.inspectInstallation()).not.toEqual([])
  expect(await connections()).toBeGreaterThan(0)
  await manager.close()
  await manager.close()
  await expect.poll(connections).toBe(0)
  await expect(manager.listModules()).rejects.toMatchObject({ code: 'PLT_CLOSED' })
})

it('works alone with a handle, which stays open', async () => {
  const db = administratorHandle(database)
  {
    await using manager = new ModuleIsolationManager({ db, ...settings })
    await manager.initialize()
    await manager.createModule('estoque')
  }
  const again = new ModuleIsolationManager({ db, ...settings })
  expect((await again.listModules()).map(({ name }) => name)).toContain('estoque')
  await db.destroy()
})

it('tries again when the server was not there', async () => {
  const address = new URL(database.connectionString)
  address.port = '1'
  await using manager = new ModuleIsolationManager({ connectionString: address.href, ...settings })
  for (const _ of [1, 2]) await expect(manager.initialize()).rejects.toThrow()
})

it('takes one of a handle and an address, and the secret as text', () => {
  const db = administratorHandle(database)
  for (const wrong of [{}, { connectionString: '' }, { db, connectionString: 'postgres://x' }]) {
    expect(() => new ModuleIsolationManager({ ...wrong, ...settings } as never)).toThrow(
      expect.objectContaining({ code: 'PLT_CONFIG_INVALID' }),
    )
  }
  const withoutSecret = { db, login: 'dedicated' } as never
  expect(() => new ModuleIsolationManager(withoutSecret)).toThrow(
    expect.objectContaining({ code: 'PLT_CONFIG_INVALID' }),
  )
  expectTypeOf<ModuleIsolationOptions['secret']>().toEqualTypeOf<string>()
})
