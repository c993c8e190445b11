import { createDatabase, type PluginHost } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { beforeEach, describe, expect, it } from 'vitest'
import { openHostGround } from './host-ground.js'

const TENANT = '0190a7c2-0000-7000-8000-00000000000a'

let target: TestDatabase

beforeEach(async () => {
  target = await testDatabase()
  return () => target.drop()
})

async function open() {
  const database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
    plugins: [{ name: 'host', setup: async (host: PluginHost) => host } as const],
  })
  await database.initialize()
  return database
}

describe.each(['its own', 'a direct'] as const)('a system on %s connection', (way) => {
  it('makes a module and runs as its owner, protecting what is new', async () => {
    await using database = await open()
    const directUrl = way === 'a direct' ? target.connectionString : undefined
    const ground = await openHostGround(database.host, { directUrl })
    expect(ground.tenantColumn).toBe('organization_id')
    expect(await ground.isPooled()).toBe(false)
    await ground.ensureModule('vendas')
    await ground.ensureModule('vendas')
    await ground.db.connection().execute(async (session) => {
      const settings = await ground.settingsFor('vendas', session)
      await session.transaction().execute(async (trx) => {
        for (const { name, value } of settings) {
          await sql`SELECT set_config(${name}, ${value}, true)`.execute(trx)
        }
        await sql`CREATE TABLE clientes (id int PRIMARY KEY, organization_id uuid)`.execute(trx)
        await sql`CREATE TABLE abertos (id int PRIMARY KEY, organization_id uuid)`.execute(trx)
        await ground.ensureTable({ module: 'vendas', table: 'clientes', rls: true }, trx)
        await ground.ensureTable({ module: 'vendas', table: 'abertos', rls: false }, trx)
        const { rows } = await sql<{ same: boolean }>`
          SELECT current_user = pg_get_userbyid(relowner) AS same
          FROM pg_class WHERE oid = 'clientes'::regclass`.execute(trx)
        expect(rows).toEqual([{ same: true }])
      })
    })
    expect(await ground.moduleChanged('vendas')).toEqual([])
    const { rows } = await sql`
      SELECT relname AS name, relforcerowsecurity AS forced FROM pg_class
      WHERE relnamespace = 'module_vendas'::regnamespace AND relkind = 'r' ORDER BY 1`.execute(
      database.admin.db,
    )
    expect(rows).toEqual([
      { name: 'abertos', forced: false },
      { name: 'clientes', forced: true },
    ])
    const vendas = database.module('vendas')
    await database.withContext({ tenantId: TENANT }, () => vendas.insert('clientes', [{ id: 1 }]))
    await ground.close()
  })
})
