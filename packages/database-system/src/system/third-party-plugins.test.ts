import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import {
  createPlatformaDatabaseSystem,
  type DatabasePlugin,
  DEVELOPMENT_CONFIG,
  defineConfig,
  type PlatformaDatabaseSystem,
  type SystemConfig,
} from '../index.js'

class Tally {
  statements = 0
}

function counting(): DatabasePlugin<'tally', Tally> {
  return {
    name: 'tally',
    async setup(host) {
      const tally = new Tally()
      host.intercept((statement, next) => {
        tally.statements++
        return next(statement)
      })
      return tally
    },
  }
}

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

const create = (config: SystemConfig) => () => createPlatformaDatabaseSystem(config)

describe('plugins of a configuration', () => {
  it('stand on the system by name and type, beside its own managers', async () => {
    const config = defineConfig({ ...DEVELOPMENT_CONFIG, plugins: [counting()] })
    const { connectionString } = database
    await using system = createPlatformaDatabaseSystem({ ...config, connectionString })
    expectTypeOf<typeof system.tally>().toEqualTypeOf<Tally>()
    expect(() => system.tally).toThrow('initialize()')
    await system.initialize()
    const vendas = await system.createModule('vendas')
    await vendas.query('select 1')
    expect(system.tally).toBeInstanceOf(Tally)
    expect(system.tally.statements).toBe(1)
    expect(system.cache).toBeUndefined()
  })

  it('leave no trace in the type where none is listed, or their names are not known', () => {
    const plain = createPlatformaDatabaseSystem({
      ...DEVELOPMENT_CONFIG,
      connectionString: database.connectionString,
    })
    expectTypeOf<keyof typeof plain>().toEqualTypeOf<keyof PlatformaDatabaseSystem>()
    const config: SystemConfig = {
      ...DEVELOPMENT_CONFIG,
      connectionString: database.connectionString,
      plugins: [counting()],
    }
    const widened = createPlatformaDatabaseSystem(config)
    // @ts-expect-error: the type does not tell which plugins there are
    expect(() => widened.tally).toThrow('initialize()')
  })

  it('cannot take the names of managers or members, or stand twice', () => {
    const named = (name: string) => ({ ...counting(), name })
    const { connectionString } = database
    const base = { ...DEVELOPMENT_CONFIG, connectionString }
    expect(create({ ...base, plugins: [named('cache')] })).toThrow(
      expect.objectContaining({ code: 'PLT_CONFIG_INVALID', details: { key: 'plugins' } }),
    )
    expect(create({ ...base, plugins: {} as never })).toThrow('is no list')
    for (const plugins of [[named('transaction')], [counting(), counting()]]) {
      expect(create({ ...base, plugins })).toThrow(
        expect.objectContaining({ code: 'PLT_PLUGIN_INVALID' }),
      )
    }
  })
})
