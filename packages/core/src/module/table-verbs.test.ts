import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'

const ACME = '018f6f9e-8c5a-7d31-b0a4-000000000001'
const OUTRA = '018f6f9e-8c5a-7d31-b0a4-000000000002'

let module: TestModule

beforeAll(async () => {
  module = await testModule()
  await module.vendas.createTable(
    'produtos',
    [
      { name: 'id', type: 'UUID', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'sku', type: 'VARCHAR(20)', unique: true, nullable: false },
      { name: 'barras', type: 'TEXT', unique: 'global' },
      { name: 'nome', type: 'TEXT' },
      { name: 'estoque', type: 'INTEGER', default: 0, check: 'estoque >= 0' },
      { name: 'pai', type: 'UUID', references: 'produtos' },
    ],
    { primaryKey: undefined },
  )
})
beforeEach(() => sql`truncate module_vendas.produtos`.execute(module.admin))
afterAll(() => module[Symbol.asyncDispose]())

describe('upsert', () => {
  test('updates the rows of the tenant that have the key, and inserts the others', async () => {
    const { vendas, asTenant } = module
    await asTenant(OUTRA, () => vendas.insert('produtos', [{ sku: 'a', nome: 'outra' }]))
    await asTenant(ACME, async () => {
      const [a] = await vendas.insert('produtos', [{ sku: 'a', nome: 'antigo', estoque: 3 }])
      const rows = await vendas.upsert(
        'produtos',
        [
          { sku: 'b', nome: 'novo b' },
          { sku: 'a', nome: 'novo a' },
        ],
        { conflict: ['sku'], returning: ['id', 'sku', 'nome', 'estoque'] },
      )
      expect(rows).toMatchObject([
        { sku: 'b', nome: 'novo b', estoque: 0 },
        { id: a?.id, sku: 'a', nome: 'novo a', estoque: 3 },
      ])
      expect(await vendas.count('produtos')).toBe(2)
    })
    await asTenant(OUTRA, async () => {
      expect(await vendas.select('produtos', { columns: ['nome'] })).toEqual([{ nome: 'outra' }])
    })
  })

  test('takes only the columns of `update`, or none', async () => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      await vendas.insert('produtos', [{ sku: 'a', nome: 'antigo', estoque: 3 }])
      const rows = [{ sku: 'a', nome: 'novo', estoque: 9 }]
      expect(
        await vendas.upsert('produtos', rows, { conflict: ['sku'], update: ['estoque'] }),
      ).toMatchObject([{ nome: 'antigo', estoque: 9 }])
      expect(await vendas.upsert('produtos', rows, { conflict: ['sku'], update: false })).toEqual(
        [],
      )
      expect(
        await vendas.upsert('produtos', [{ sku: 'a', nome: 'novo' }, ...rows.slice(1)], {
          conflict: ['sku'],
          returning: false,
        }),
      ).toEqual({ affectedRows: 1 })
    })
  })

  test('works for thousands of rows', async () => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      const rows = Array.from({ length: 5_000 }, (_, n) => ({ sku: `s${n}`, estoque: n }))
      await vendas.insert('produtos', rows.slice(0, 2_500))
      const changed = rows.map((row) => ({ ...row, nome: 'x' }))
      const result = await vendas.upsert('produtos', changed, { conflict: ['sku'] })
      expect(result.map((row) => row.estoque)).toEqual(rows.map((row) => row.estoque))
      expect(await vendas.count('produtos', { where: { nome: 'x' } })).toBe(5_000)
    })
  })

  test('uses a global key as such, and does not reach another tenant’s row by it', async () => {
    const { vendas, asTenant } = module
    await asTenant(OUTRA, () => vendas.insert('produtos', [{ sku: 'o', barras: '789' }]))
    await asTenant(ACME, async () => {
      const mine = [{ sku: 'a', barras: '123' }]
      await vendas.upsert('produtos', mine, { conflict: ['barras'] })
      await vendas.upsert('produtos', mine, { conflict: ['barras'] })
      expect(await vendas.count('produtos')).toBe(1)
      await expect(
        vendas.upsert('produtos', [{ sku: 'b', barras: '789' }], { conflict: ['barras'] }),
      ).rejects.toMatchObject({ code: 'PLT_TENANT_MISMATCH' })
    })
  })

  test('needs a unique key and a list of columns', async () => {
    const { vendas } = module
    const rows = [{ sku: 'a' }]
    await expect(vendas.upsert('produtos', rows, { conflict: ['nome'] })).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
      remedy: expect.stringContaining('(organization_id, sku)'),
    })
    await expect(vendas.upsert('produtos', rows, { conflict: [] })).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
    })
    await expect(vendas.upsert('produtos', rows, { conflict: ['skuu'] })).rejects.toMatchObject({
      code: 'PLT_COLUMN_UNKNOWN',
    })
  })
})

describe('update and delete', () => {
  test('give numbers, or the rows of `returning`', async () => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      await vendas.insert('produtos', [{ sku: 'a' }, { sku: 'b' }, { sku: 'c' }])
      const where = { sku: { $in: ['a', 'b'] } }
      expect(await vendas.update('produtos', { nome: 'x' }, { where })).toEqual({ affectedRows: 2 })
      expect(
        await vendas.update('produtos', { nome: null }, { where, returning: ['sku', 'nome'] }),
      ).toEqual(expect.arrayContaining([{ sku: 'a', nome: null }]))
      const all = await vendas.update('produtos', { nome: 'y' }, { all: true, returning: true })
      expect(Object.keys(all[0] ?? {})).toHaveLength(7)
      expect(await vendas.delete('produtos', { where, returning: ['sku'] })).toHaveLength(2)
      expect(await vendas.delete('produtos', { where })).toEqual({ affectedRows: 0 })
      expect(await vendas.delete('produtos', { all: true })).toEqual({ affectedRows: 1 })
    })
  })

  test('take sql fragments as new values', async () => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      await vendas.insert('produtos', [{ sku: 'a', estoque: 5 }])
      const [row] = await vendas.update(
        'produtos',
        { estoque: sql`estoque - ${2}`, nome: sql.lit('n') },
        { where: { sku: 'a' }, returning: ['estoque', 'nome'] },
      )
      expect(row).toEqual({ estoque: 3, nome: 'n' })
    })
  })

  test.each([
    ['no options', undefined, 'PLT_WHERE_REQUIRED'],
    ['no where', {}, 'PLT_WHERE_REQUIRED'],
    ['where undefined', { where: undefined }, 'PLT_WHERE_REQUIRED'],
    ['an empty where', { where: {} }, 'PLT_WHERE_REQUIRED'],
    ['an empty $and', { where: { $and: [] } }, 'PLT_WHERE_REQUIRED'],
    ['an empty part of $or', { where: { $or: [{}, { sku: 'a' }] } }, 'PLT_WHERE_REQUIRED'],
    ['not of nothing', { where: { $not: { $or: [] } } }, 'PLT_WHERE_REQUIRED'],
    ['$nin of nothing', { where: { sku: { $nin: [] } } }, 'PLT_WHERE_REQUIRED'],
    ['all and where', { where: { sku: 'a' }, all: true }, 'PLT_WHERE_REQUIRED'],
    ['all that is not true', { all: 1 }, 'PLT_WHERE_REQUIRED'],
    ['undefined for a column', { where: { sku: undefined } }, 'PLT_UNDEFINED_FILTER'],
    ['undefined of an operator', { where: { sku: { $eq: undefined } } }, 'PLT_UNDEFINED_FILTER'],
    ['undefined in a list', { where: { sku: { $in: ['a', undefined] } } }, 'PLT_UNDEFINED_FILTER'],
    [
      'undefined deep inside',
      { where: { $or: [{ sku: 'a' }, { $and: [{ nome: undefined }] }] } },
      'PLT_UNDEFINED_FILTER',
    ],
    ['null for where', { where: null }, 'PLT_FILTER_INVALID'],
  ])('refuse %s, and touch nothing', async (_, options, code) => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      await vendas.insert('produtos', [{ sku: 'a', nome: 'antigo' }])
      const sent = module.sent.length
      // @ts-expect-error: what JavaScript may pass
      await expect(vendas.delete('produtos', options)).rejects.toMatchObject({ code })
      // @ts-expect-error: what JavaScript may pass
      const update = vendas.update('produtos', { nome: 'x' }, options)
      await expect(update).rejects.toMatchObject({ code, table: 'produtos' })
      expect(module.sent).toHaveLength(sent)
      expect(await vendas.count('produtos', { where: { nome: 'antigo' } })).toBe(1)
    })
  })

  test('{ all: true } is taken in place of a filter too', async () => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      await vendas.insert('produtos', [{ sku: 'a' }])
      const all = { where: { all: true } } as never
      expect(await vendas.delete('produtos', all)).toEqual({ affectedRows: 1 })
    })
  })
})

describe('server errors', () => {
  const id = '00000000-0000-4000-8000-00000000000f'
  test.each([
    ['22001', 'PLT_VALUE_INVALID', { sku: 'x'.repeat(21) }, {}],
    ['23502', 'PLT_NOT_NULL_VIOLATION', { nome: 'x' }, { column: 'sku' }],
    [
      '23505',
      'PLT_UNIQUE_VIOLATION',
      { sku: 'there' },
      { constraint: 'produtos_organization_id_sku_key' },
    ],
    [
      '23514',
      'PLT_CHECK_VIOLATION',
      { sku: 'b', estoque: -1 },
      { constraint: 'produtos_estoque_check' },
    ],
    ['23503', 'PLT_FOREIGN_KEY_VIOLATION', { sku: 'b', pai: id }, { table: 'produtos' }],
    ['42501', 'PLT_TENANT_MISMATCH', { sku: 'b', organization_id: OUTRA }, { table: 'produtos' }],
  ])('%s is %s', async (sqlState, code, row, data) => {
    const { vendas, asTenant } = module
    await asTenant(ACME, async () => {
      await vendas.insert('produtos', [{ sku: 'there' }])
      const error = await vendas.insert('produtos', [row]).catch((error: unknown) => error)
      expect(error).toMatchObject({
        name: 'PlataformaError',
        code,
        sqlState,
        module: 'vendas',
        remedy: expect.any(String),
        cause: { code: sqlState },
        ...data,
      })
      expect(await vendas.count('produtos')).toBe(1)
    })
  })

  test('a reference does not reach another tenant’s row', async () => {
    const { vendas, asTenant } = module
    const [theirs] = await asTenant(OUTRA, () => vendas.insert('produtos', [{ sku: 'o' }]))
    await asTenant(ACME, () =>
      expect(vendas.insert('produtos', [{ sku: 'a', pai: theirs?.id }])).rejects.toMatchObject({
        code: 'PLT_FOREIGN_KEY_VIOLATION',
      }),
    )
  })
})

describe('stream', () => {
  test('gives rows in portions, in the context of its call', async () => {
    const { vendas, asTenant } = module
    const rows = Array.from({ length: 250 }, (_, n) => ({ sku: `s${n}`, estoque: n }))
    await asTenant(ACME, () => vendas.insert('produtos', rows))
    const stream = asTenant(ACME, () =>
      vendas.stream('produtos', { orderBy: [{ column: 'estoque' }], chunkSize: 20 }),
    )
    const found: unknown[] = []
    await asTenant(OUTRA, async () => {
      for await (const row of stream) found.push(row.estoque)
    })
    expect(found).toEqual(rows.map((row) => row.estoque))
  })

  test('ends early when the loop does', async () => {
    const { vendas, asTenant } = module
    await asTenant(ACME, () => vendas.insert('produtos', [{ sku: 'a' }, { sku: 'b' }]))
    for await (const row of asTenant(ACME, () => vendas.stream('produtos', { chunkSize: 1 }))) {
      expect(row.sku).toBeDefined()
      break
    }
    expect(await asTenant(ACME, () => vendas.count('produtos'))).toBe(2)
  })

  test('reports what is wrong at the first row, and nothing where nobody reads', async () => {
    const { vendas } = module
    vendas.stream('produtos', { columns: ['ninguem'] })
    const stream = vendas.stream('produtos', { columns: ['nomes'] })
    await expect(stream.next()).rejects.toMatchObject({
      code: 'PLT_COLUMN_UNKNOWN',
      message: expect.stringContaining('Did you mean "nome"?'),
    })
  })
})

describe('query', () => {
  test('gives the rows of one statement with parameters', async () => {
    const rows = await module.vendas.query<{ total: number }>('select $1::int + 1 as total', [1])
    expect(rows).toEqual([{ total: 2 }])
  })
})

describe('transactions', () => {
  test('have the verbs, and callbacks at their end', async () => {
    const { vendas, asTenant } = module
    const said: string[] = []
    await asTenant(ACME, async () => {
      const id = await vendas.transaction(async (tx) => {
        tx.afterCommit(() => said.push('committed'))
        const [row] = await tx.insert('produtos', [{ sku: 'a' }])
        await tx.update('produtos', { nome: 'x' }, { where: { sku: 'a' } })
        expect(await vendas.count('produtos')).toBe(0)
        return row?.id
      })
      expect(await vendas.select('produtos', { columns: ['id', 'nome'] })).toEqual([
        { id, nome: 'x' },
      ])
      const failed = vendas.database.transaction(async (tx) => {
        tx.afterRollback(() => said.push('rolled back'))
        await tx.delete('produtos', { all: true })
        throw new Error('own')
      })
      await expect(failed).rejects.toThrow('own')
      expect(await vendas.count('produtos')).toBe(1)
    })
    expect(said).toEqual(['committed', 'rolled back'])
  })
})

describe('options of packages', () => {
  test('are refused by name without the package', async () => {
    const { vendas } = module
    await expect(vendas.select('produtos', { cache: true })).rejects.toMatchObject({
      code: 'PLT_PLUGIN_REQUIRED',
      message: expect.stringContaining('@plataforma/cache'),
    })
    await expect(vendas.database.cacheQuery('k', async () => 1)).rejects.toMatchObject({
      code: 'PLT_PLUGIN_REQUIRED',
    })
  })

  test('are left out with a warning where they are switched off', async () => {
    module.features.cache = 'off'
    expect(await module.vendas.select('produtos', { cache: true, cacheTTL: 5 })).toEqual([])
    expect(await module.vendas.database.cacheQuery('k', async () => 1)).toBe(1)
    expect(module.ignored).toEqual([
      ['cache', 'a select from "produtos"'],
      ['cache', 'the key "k"'],
    ])
    module.features.cache = 'absent'
  })
})

describe('tables that change outside', () => {
  test('are noticed: new tables, new columns, new labels, dropped tables', async () => {
    const { admin } = module
    const vendas = module.another()
    await expect(vendas.select('tardia')).rejects.toMatchObject({ code: 'PLT_TABLE_NOT_FOUND' })
    await sql`create type module_vendas.fase as enum ('a')`.execute(admin)
    await sql`create table module_vendas.tardia (n int primary key, fase module_vendas.fase)`.execute(
      admin,
    )
    await sql`grant all on module_vendas.tardia to public`.execute(admin)
    expect(await vendas.insert('tardia', [{ n: 1, fase: 'a' }])).toHaveLength(1)
    await sql`alter table module_vendas.tardia add column nova int default 5`.execute(admin)
    expect(await vendas.select('tardia', { where: { nova: 5 } })).toHaveLength(1)
    await sql`alter type module_vendas.fase add value 'b'`.execute(admin)
    expect(await vendas.count('tardia', { where: { fase: 'b' } })).toBe(0)
    await expect(vendas.count('tardia', { where: { fase: 'c' } })).rejects.toMatchObject({
      code: 'PLT_VALUE_INVALID',
      column: 'fase',
    })
    await sql`alter table module_vendas.tardia alter n type text`.execute(admin)
    await expect(vendas.select('tardia', { where: { n: { $in: [1] } } })).rejects.toMatchObject({
      sqlState: '42883',
    })
    expect(await vendas.select('tardia', { where: { n: { $in: ['1'] } } })).toHaveLength(1)
    await sql`drop table module_vendas.tardia`.execute(admin)
    await expect(vendas.select('tardia')).rejects.toMatchObject({ code: 'PLT_TABLE_NOT_FOUND' })
  })
})
