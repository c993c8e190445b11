import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { A, GRADES, Setting } from '../../test/isolation/setting.js'
import type { ModuleDatabase } from '../module/module-database.js'

async function read(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const row of rows) void row
}

const CALLS: Record<string, (module: ModuleDatabase) => Promise<unknown>> = {
  select: (module) => module.select('itens'),
  'select of a table that never was': (module) => module.select('nada'),
  count: (module) => module.count('itens'),
  stream: (module) => read(module.stream('itens')),
  insert: (module) => module.insert('itens', [{ id: 1 }]),
  query: (module) => module.query('select 1'),
  'query of a table': (module) => module.query('select * from itens'),
  execute: async (module) => module.from('itens').execute(),
  transaction: (module) => module.transaction((tx) => tx.query('select 1')),
  createTable: (module) => module.createTable('x', [{ name: 'id', type: 'BIGINT' }]),
  dropTable: (module) => module.dropTable('itens'),
}

describe.each(GRADES)('a handle of a module that was dropped, %s login', (grade) => {
  let setting: Setting
  let here: ModuleDatabase
  let elsewhere: ModuleDatabase

  beforeAll(async () => {
    setting = await Setting.open(grade)
    const make = async (name: string) => {
      const module = await setting.database.createModule(name)
      await module.createTable('itens', [{ name: 'id', type: 'BIGINT', primaryKey: true }])
      await setting.as(A, () => module.count('itens'))
      return module
    }
    here = await make('vendas')
    elsewhere = await make('estoque')
    await setting.database.isolation.dropModule('vendas', { confirm: 'vendas' })
    const another = await setting.another()
    await another.isolation.dropModule('estoque', { confirm: 'estoque' })
    await another.close()
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  test.each(Object.entries(CALLS))('%s says so, whoever dropped it', async (_, call) => {
    for (const module of [here, elsewhere]) {
      const refused = setting.as(A, () => call(module))
      await expect.soft(refused).rejects.toMatchObject({ code: 'PLT_MODULE_NOT_FOUND' })
    }
  })

  test('it works again with the module made anew', async () => {
    await setting.database.createModule('vendas')
    await here.createTable('itens', [{ name: 'id', type: 'BIGINT', primaryKey: true }])
    expect(await setting.as(A, () => here.count('itens'))).toBe(0)
  })
})
