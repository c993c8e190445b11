import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'

let module: TestModule

beforeAll(async () => {
  module = await testModule()
  await module.vendas.createTable('clientes', [
    { name: 'id', type: 'INT', primaryKey: true },
    { name: 'nome', type: 'TEXT' },
    { name: 'uf', type: 'CHAR(2)' },
  ])
  await module.vendas.createTable('pedidos', [
    { name: 'id', type: 'INT', primaryKey: true },
    { name: 'cliente_id', type: 'INT', references: 'clientes' },
  ])
  await module.vendas.insert(
    'clientes',
    ['Ana', 'Bia', 'Caio', null].map((nome, id) => ({ id, nome, uf: id % 2 ? 'SP' : 'RJ' })),
  )
  await module.vendas.insert('pedidos', [
    { id: 1, cliente_id: 1 },
    { id: 2, cliente_id: 1 },
  ])
})
afterAll(() => module[Symbol.asyncDispose]())

describe('QueryBuilder', () => {
  test('puts a select together, each step a new builder', async () => {
    const all = module.vendas.from('clientes')
    const paulistas = all.where({ uf: 'SP' })
    const first = paulistas.orderBy('nome', 'DESC', 'last').columns(['nome']).limit(1)
    expect(await first.execute()).toEqual([{ nome: 'Bia' }])
    expect(await first.offset(1).execute()).toEqual([{ nome: null }])
    expect(await paulistas.where({ nome: null }).execute()).toHaveLength(1)
    expect(await paulistas.execute()).toHaveLength(2)
    expect(await all.execute()).toHaveLength(4)
    expect(Object.keys((await all.execute())[0] ?? {})).toEqual(['id', 'nome', 'uf'])
  })

  test('hands the same select over to Kysely, to be joined', async () => {
    const built = module.vendas
      .from('clientes')
      .where({ id: { $in: [1, 2] } })
      .where({ $or: [{ nome: { $like: 'B%' } }, { uf: null }] })
      .orderBy('nome', 'desc', 'last')
      .orderBy('id')
      .columns(['id', 'nome'])
      .limit(10)
      .offset(0)
    const kysely = built.toKysely()
    expect(await kysely.execute()).toEqual(await built.execute())
    const joined = kysely
      .innerJoin('pedidos', 'pedidos.cliente_id', 'clientes.id')
      .select(sql<string>`count(*)`.as('pedidos'))
      .groupBy(['clientes.id'])
    expect(await joined.execute()).toEqual([{ id: 1, nome: 'Bia', pedidos: '2' }])
    expect(await module.vendas.from('clientes').toKysely().execute()).toHaveLength(4)
    const none = module.vendas.from('clientes').where({ id: { $in: [] } })
    expect(await none.toKysely().execute()).toEqual([])
  })

  test('toKysely needs a table that this process has seen', async () => {
    const vendas = module.another()
    expect(() => vendas.from('clientes').toKysely()).toThrow(
      expect.objectContaining({ code: 'PLT_TABLE_NOT_FOUND' }),
    )
    await vendas.hasTable('clientes')
    await vendas.select('clientes')
    expect(await vendas.from('clientes').toKysely().execute()).toHaveLength(4)
  })

  test('refuses what a select refuses', async () => {
    const { vendas } = module
    const code = (code: string) => expect.objectContaining({ code })
    const unknown = vendas.from('clientes').where({ nom: 'a' })
    await expect(unknown.execute()).rejects.toEqual(code('PLT_COLUMN_UNKNOWN'))
    expect(() => unknown.toKysely()).toThrow(code('PLT_COLUMN_UNKNOWN'))
    await expect(vendas.from('clientes').limit(-1).execute()).rejects.toEqual(
      code('PLT_OPTION_INVALID'),
    )
    await expect(vendas.from('cliente').execute()).rejects.toEqual(code('PLT_TABLE_NOT_FOUND'))
  })
})
