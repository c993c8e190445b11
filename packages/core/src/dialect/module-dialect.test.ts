import { afterAll, beforeAll, expect, test } from 'vitest'
import { A, Setting } from '../../test/isolation/setting.js'

let setting: Setting

beforeAll(async () => {
  setting = await Setting.open('dedicated')
  const vendas = await setting.database.createModule('vendas')
  await vendas.createTable('itens', [{ name: 'id', type: 'BIGINT', primaryKey: true }])
})

afterAll(() => setting?.[Symbol.asyncDispose]())

const schemas = async (options?: { withInternalKyselyTables: boolean }) => {
  const tables = await setting.as(A, () => setting.vendas.db.introspection.getTables(options))
  return new Set(tables.map(({ schema }) => schema))
}

test('a module sees its tables by introspection, and no bookkeeping', async () => {
  expect(await schemas()).toEqual(new Set(['module_vendas']))
})

test('bookkeeping is among the internal tables, where those are asked for', async () => {
  const internal = await schemas({ withInternalKyselyTables: true })
  expect(internal).toEqual(new Set(['module_vendas', 'plataforma']))
})
