import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'
import { rejection } from '../session/connected.fixture.js'

const ACME = '018f6f9e-8c5a-7d31-b0a4-000000000001'
const OUTRA = '018f6f9e-8c5a-7d31-b0a4-000000000002'
const [RAIZ, NADA] = [
  '018f6f9e-8c5a-7d31-b0a4-000000000011',
  '018f6f9e-8c5a-7d31-b0a4-000000000012',
]

let module: TestModule

beforeAll(async () => {
  module = await testModule()
  await module.vendas.createTable(
    'produtos',
    [
      { name: 'id', type: 'UUID', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'sku', type: 'VARCHAR(5)', unique: true },
      { name: 'nome', type: 'VARCHAR(5)' },
      { name: 'loja', type: 'TEXT' },
      { name: 'barras', type: 'TEXT' },
    ],
    { tenantColumn: 'organization_id', uniques: [['loja', 'barras']] },
  )
  await module.vendas.createTable(
    'itens',
    [
      { name: 'id', type: 'UUID', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'produto', type: 'UUID', references: 'produtos' },
    ],
    { tenantColumn: 'organization_id' },
  )
  await as(() => module.vendas.insert('produtos', [{ id: RAIZ, sku: 'a', loja: 'x', barras: '1' }]))
})
afterAll(() => module[Symbol.asyncDispose]())

const as = <T>(run: () => Promise<T>) => module.asTenant(ACME, run)
const refusal = (run: () => Promise<unknown>) => rejection(as(run))

describe('an error names the column', () => {
  it('of a text that is too long, and its row', async () => {
    const { vendas } = module
    const rows = [{ nome: 'curto' }, { nome: 'comprido' }]
    expect(await refusal(() => vendas.insert('produtos', rows))).toMatchObject({
      code: 'PLT_VALUE_INVALID',
      sqlState: '22001',
      module: 'vendas',
      table: 'produtos',
      column: 'nome',
      details: { row: 1, most: 5 },
    })
    const update = () => vendas.update('produtos', { sku: 'ação!!' }, { where: { id: RAIZ } })
    expect(await refusal(update)).toMatchObject({ column: 'sku', details: { most: 5 } })
  })

  it('of a key beside the tenant’s, or all of them', async () => {
    const { vendas } = module
    expect(await refusal(() => vendas.insert('produtos', [{ sku: 'a' }]))).toMatchObject({
      code: 'PLT_UNIQUE_VIOLATION',
      column: 'sku',
      details: { columns: ['organization_id', 'sku'] },
    })
    const both = () => vendas.insert('produtos', [{ sku: 'b', loja: 'x', barras: '1' }])
    const ofBoth = await refusal(both)
    expect(ofBoth).not.toHaveProperty('column')
    expect(ofBoth).toMatchObject({
      details: { columns: ['organization_id', 'loja', 'barras'] },
    })
  })

  it('of a reference, from either side', async () => {
    const { vendas } = module
    const wanted = { code: 'PLT_FOREIGN_KEY_VIOLATION', table: 'itens', column: 'produto' }
    expect(await refusal(() => vendas.insert('itens', [{ produto: NADA }]))).toMatchObject(wanted)
    await as(() => vendas.insert('itens', [{ produto: RAIZ }]))
    const referenced = () => vendas.delete('produtos', { where: { id: RAIZ } })
    expect(await refusal(referenced)).toMatchObject(wanted)
  })

  it('of another tenant', async () => {
    const row = { organization_id: OUTRA, sku: 'c' }
    expect(await refusal(() => module.vendas.insert('produtos', [row]))).toMatchObject({
      code: 'PLT_TENANT_MISMATCH',
      table: 'produtos',
      column: 'organization_id',
    })
  })
})

describe('an error of a definition names its table', () => {
  it.each([
    ['PLT_TYPE_INVALID', 'TEXTO', 'x', {}],
    ['PLT_TYPE_INVALID', 'VARCHAR(x y)', 'x', {}],
    ['PLT_IDENTIFIER_INVALID', 'TEXT', 'não vale', {}],
    ['PLT_PLUGIN_REQUIRED', 'TEXT', 'x', { enableAudit: true }],
  ])('%s', async (code, type, name, options) => {
    const created = module.vendas.createTable('notas', [{ name, type }], options)
    const error = await rejection(created)
    expect(error).toMatchObject({ code, module: 'vendas', table: 'notas' })
    expect(error).toMatchObject({ remedy: expect.any(String), details: expect.any(Object) })
  })
})
