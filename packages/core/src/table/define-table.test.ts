import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'
import type { ColumnDefinition } from './column-definition.js'
import type { TableOptions } from './table-options.js'

let module: TestModule

beforeAll(async () => {
  module = await testModule()
})
afterAll(() => module[Symbol.asyncDispose]())

const id: ColumnDefinition = { name: 'id', type: 'UUID', primaryKey: true }
const tenant: ColumnDefinition = { name: 'organization_id', type: 'UUID', nullable: false }
const wide = (name: string) => [{ name, type: 'INT' }]
const nasty = ['', ' ', 'a b', 'a"b', "a'b", 'a;b', '1a', 'a-b', 'a.b', '$x', 'a\0', 'é'.repeat(40)]

describe('bad definitions', () => {
  test.each(nasty)('the identifier %j is refused before any SQL', async (name) => {
    const { vendas } = module
    const code = 'PLT_IDENTIFIER_INVALID'
    await expect(vendas.createTable(name, wide('a'))).rejects.toMatchObject({ code })
    await expect(vendas.createTable('t', wide(name))).rejects.toMatchObject({ code })
    const references = { table: name }
    await expect(
      vendas.createTable('t', [{ name: 'a', type: 'INT', references }]),
    ).rejects.toMatchObject({ code })
    await expect(
      vendas.createTable('t', wide('a'), { indexes: [{ name: name || ' ', columns: ['a'] }] }),
    ).rejects.toMatchObject({ code })
    await expect(vendas.dropTable(name)).rejects.toMatchObject({ code })
  })

  test.each([
    'VARCHAR(255); DROP TABLE clientes',
    'INT) --',
    'VARCHR(255)',
    'TEXT DEFAULT 1',
    'NUMERIC(12,2,3)',
    'VARCHAR(-)',
    'INT(5)',
    '',
    'text[',
    'nada.tipo',
    'anyelement',
    'record',
    'SERIAL[]',
    'pg_catalog.nada',
    '"text"',
  ])('the type %j is refused', async (type) => {
    await expect(module.vendas.createTable('t', [{ name: 'a', type }])).rejects.toMatchObject({
      code: 'PLT_TYPE_INVALID',
      column: 'a',
      remedy: expect.any(String),
    })
  })

  const column = (more: Partial<ColumnDefinition>): ColumnDefinition[] => [
    { name: 'a', type: 'INT', ...more },
  ]
  test.each<[string, readonly ColumnDefinition[], TableOptions, string]>([
    ['no columns', [], {}, 'PLT_OPTION_INVALID'],
    ['a column twice', [...wide('a'), ...wide('a')], {}, 'PLT_OPTION_INVALID'],
    ['a system column', wide('ctid'), {}, 'PLT_IDENTIFIER_INVALID'],
    ['RLS without the column', wide('a'), { enableRLS: true }, 'PLT_TENANT_COLUMN_MISSING'],
    ['another column missing', wide('a'), { tenantColumn: 'b' }, 'PLT_TENANT_COLUMN_MISSING'],
    [
      'a tenant column of dates',
      [{ name: 'organization_id', type: 'DATE' }],
      {},
      'PLT_TYPE_INVALID',
    ],
    ['audit', wide('a'), { enableAudit: true }, 'PLT_PLUGIN_REQUIRED'],
    ['partitioning', wide('a'), { partitioning: 'date' }, 'PLT_PLUGIN_REQUIRED'],
    ['NULL in the key', column({ primaryKey: true, nullable: true }), {}, 'PLT_OPTION_INVALID'],
    ['two keys', column({ primaryKey: true }), { primaryKey: ['a'] }, 'PLT_OPTION_INVALID'],
    ['an unknown key', wide('a'), { primaryKey: ['b'] }, 'PLT_COLUMN_UNKNOWN'],
    ['an unknown unique', wide('a'), { uniques: [['b']] }, 'PLT_COLUMN_UNKNOWN'],
    ['an unknown index', wide('a'), { indexes: [['b']] }, 'PLT_COLUMN_UNKNOWN'],
    ['a default of another type', column({ default: 'x' }), {}, 'PLT_VALUE_INVALID'],
    ['a default with values', column({ default: sql`${1}` }), {}, 'PLT_OPTION_INVALID'],
    ['two sources', column({ default: 1, identity: 'always' }), {}, 'PLT_OPTION_INVALID'],
    ['an empty check', column({ check: ' ' }), {}, 'PLT_OPTION_INVALID'],
    ['a check of nonsense', column({ check: 'a >' }), {}, 'PLT_DATABASE_ERROR'],
    ['a missing reference', column({ references: 'nada' }), {}, 'PLT_TABLE_NOT_FOUND'],
    [
      'a reference that is no key',
      column({ references: { table: 'alvo', column: 'n' } }),
      {},
      'PLT_OPTION_INVALID',
    ],
    [
      'a reference to no column',
      column({ references: { table: 'alvo', column: 'z' } }),
      {},
      'PLT_COLUMN_UNKNOWN',
    ],
    [
      'a reference without the tenant',
      [{ name: 'a', type: 'UUID', references: 'alvo_rls' }],
      {},
      'PLT_OPTION_INVALID',
    ],
    [
      'an unknown action',
      column({ references: { table: 'alvo', onDelete: 'explode' as 'cascade' } }),
      {},
      'PLT_OPTION_INVALID',
    ],
  ])('%s is refused, and no table is left', async (_, columns, options, code) => {
    const { vendas } = module
    await vendas.createTable('alvo', [
      { name: 'id', type: 'INT', primaryKey: true },
      { name: 'n', type: 'INT' },
    ])
    await vendas.createTable('alvo_rls', [id, tenant])
    await expect(vendas.createTable('t', columns, options)).rejects.toMatchObject({
      name: 'PlataformaError',
      code,
      remedy: expect.any(String),
    })
    expect(await vendas.hasTable('t')).toBe(false)
  })

  test('features that are switched off are left out with a warning', async () => {
    module.features.audit = 'off'
    module.features.partition = 'off'
    await module.vendas.createTable('desligada', wide('a'), {
      enableAudit: true,
      partitioning: 'date',
    })
    expect(module.ignored).toEqual([
      ['audit', 'table "desligada"'],
      ['partition', 'table "desligada"'],
    ])
    expect(await module.vendas.hasTable('desligada')).toBe(true)
  })
})
