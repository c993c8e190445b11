import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogLevel } from '../plugin/plugin.js'
import type { OwnerTransaction } from '../table/table-host.js'
import { createDatabase } from './create-database.js'
import type { DatabaseOptions } from './database-options.js'

interface Told {
  readonly level: LogLevel
  readonly message: string
  readonly id: unknown
  readonly remedy: unknown
}

describe('initialize() tells where the set-up is weaker than the mode asks for', () => {
  let target: TestDatabase

  beforeAll(async () => {
    target = await testDatabase()
  })

  afterAll(async () => {
    await target.drop()
  })

  async function initialized(options: DatabaseOptions = {}) {
    const told: Told[] = []
    const database = createDatabase({
      connectionString: target.connectionString,
      secret: 'a secret for tests only',
      isolation: { login: 'dedicated' },
      log: (level, message, data) =>
        told.push({ level, message, id: data?.id, remedy: data?.remedy }),
      ...options,
    })
    await database.initialize()
    return Object.assign(database, { told })
  }

  it('and nothing where it is not', async () => {
    await using database = await initialized()
    expect(database.told).toEqual([])
  })

  it('in production: a shared login', async () => {
    await using database = await initialized({ isolation: { login: 'shared' } })
    expect(database.told).toEqual([
      expect.objectContaining({ level: 'warn', id: 'login-grade', remedy: expect.any(String) }),
    ])
  })

  it('in production: a table that lost its policies, by name', async () => {
    await using before = await initialized()
    const vendas = await before.createModule('vendas')
    await vendas.createTable('itens', [
      { name: 'id', type: 'UUID', primaryKey: true },
      { name: 'organization_id', type: 'UUID', nullable: false },
    ])
    const expose = (trx: OwnerTransaction) =>
      sql`alter table itens disable row level security`.execute(trx)
    await before.isolation.asOwner('vendas', expose, { secure: false })
    await using database = await initialized()
    expect(database.told).toEqual([
      expect.objectContaining({
        level: 'error',
        id: 'table-unprotected',
        message: expect.stringContaining('itens'),
        remedy: "Call protectTable('vendas', 'itens').",
      }),
    ])
  })

  it('in development: that the secret is the documented one, and no more', async () => {
    await using database = await initialized({
      mode: 'development',
      isolation: { login: 'shared' },
      secret: undefined,
    })
    expect(database.told).toEqual([
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('development') }),
    ])
  })
})
