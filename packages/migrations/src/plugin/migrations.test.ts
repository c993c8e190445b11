import { createDatabase, type DatabasePlugin, pluginConformance } from '@plataforma/core'
import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import type { MigrationDatabase } from '../migration/migration.js'
import { MigrationSystem } from '../system/migration-system.js'
import { migrations } from './migrations.js'

let target: TestDatabase

beforeEach(async () => {
  target = await testDatabase()
  return () => target.drop()
})

function databaseWith<const Plugins extends readonly DatabasePlugin[]>(plugins: Plugins) {
  return createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
    tenantContext: 'optional',
    plugins,
  })
}

const CLIENTES = {
  module: 'vendas',
  name: '001_create_clientes',
  up: async (db: MigrationDatabase) => {
    await db.schema.createTable('clientes').addColumn('id', 'integer').execute()
  },
}

describe('conformance', () => {
  const checks = pluginConformance({
    createPlugin: () => migrations({ sources: [CLIENTES], runOnInitialize: true, types: false }),
    createDatabase: (plugins) => databaseWith(plugins),
  })

  it.each(checks)('$name', async ({ run }) => run())
})

it('stands on the database under its name, and runs nothing unless it is asked to', async () => {
  await using database = databaseWith([migrations({ sources: [CLIENTES], types: false })])
  expect(() => database.migrations).toThrow(
    expect.objectContaining({ code: 'PLT_NOT_INITIALIZED' }),
  )
  await database.initialize()
  expect(database.migrations).toBeInstanceOf(MigrationSystem)
  expect(await database.isolation.listModules()).toEqual([])
  const { applied } = await database.migrations.runModuleMigrations('vendas')
  expect(applied).toMatchObject([{ module: 'vendas', name: '001_create_clientes' }])
  expect(await database.module('vendas').count('clientes')).toBe(0)
})

it('ends a run when the database is closed', async () => {
  const started = Promise.withResolvers<void>()
  const database = databaseWith([
    migrations({
      types: false,
      sources: [
        {
          module: 'vendas',
          name: '001_longa',
          up: async (db) => {
            started.resolve()
            await db.selectNoFrom((of) => of.fn('pg_sleep', [of.val(60)]).as('slept')).execute()
          },
        },
      ],
    }),
  ])
  await database.initialize()
  const run = database.migrations.runAllMigrations()
  const ended = expect(run).rejects.toThrow()
  await started.promise
  await database.close()
  await ended
})

it('refuses wrong options before anything connects', () => {
  expect(() => migrations({ parallel: 0 })).toThrow(
    expect.objectContaining({
      code: 'PLT_CONFIG_INVALID',
      details: { key: 'migrations.parallel' },
    }),
  )
})
