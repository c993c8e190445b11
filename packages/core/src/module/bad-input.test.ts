import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { A, Setting } from '../../test/isolation/setting.js'

let setting: Setting
const own = <T>(work: () => Promise<T>) => setting.as(A, work)
/** What a caller without the compiler may give. */
const given = (value: unknown) => value as never

beforeAll(async () => {
  setting = await Setting.open('shared')
  const vendas = await setting.database.createModule('vendas')
  await vendas.createTable('itens', [
    { name: 'id', type: 'BIGINT', primaryKey: true },
    { name: 'organization_id', type: 'UUID' },
    { name: 'nome', type: 'TEXT' },
    { name: 'quando', type: 'DATE' },
  ])
})

afterAll(() => setting?.[Symbol.asyncDispose]())

async function read(rows: AsyncIterable<unknown>): Promise<void> {
  for await (const row of rows) void row
}

const CALLS: Record<string, (options: never) => Promise<unknown>> = {
  select: (options) => setting.vendas.select('itens', options),
  page: (options) => setting.vendas.page('itens', options),
  count: (options) => setting.vendas.count('itens', options),
  stream: async (options) => read(setting.vendas.stream('itens', options)),
  insert: (options) => setting.vendas.insert('itens', [{ id: 1 }], options),
  upsert: (options) => setting.vendas.upsert('itens', [{ id: 1 }], options),
  update: (options) => setting.vendas.update('itens', { nome: 'x' }, options),
  delete: (options) => setting.vendas.delete('itens', options),
  query: (options) => setting.vendas.query('select 1', [], options),
  execute: (options) => setting.vendas.from('itens').execute(options),
  transaction: (options) => setting.vendas.transaction(async () => 1, options),
}

describe.each(Object.keys(CALLS))('%s', (name) => {
  test.each([
    ['no object', null],
    ['a signal that is none', { signal: {} }],
    ['a signal of text', { signal: 'stop' }],
  ])('refuses options: %s', async (_, options) => {
    const call = CALLS[name] ?? (() => Promise.resolve())
    await expect(own(() => call(given(options)))).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
    })
    expect(await own(() => setting.vendas.count('itens'))).toBe(0)
  })
})

const LIMITED = Object.keys(CALLS).filter((name) => name !== 'transaction')

test.each(LIMITED)('%s refuses a time limit that no timer can keep', async (name) => {
  const call = CALLS[name] ?? (() => Promise.resolve())
  for (const timeoutMs of [NaN, Infinity, -1, 1.5, 2 ** 31, '5', null]) {
    await expect(own(() => call(given({ timeoutMs })))).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
    })
  }
})

test.each([0, -1, 1.5, Infinity, 'ten', 10n])('portions of %s rows are refused', async (size) => {
  const options = given({ chunkSize: size })
  await expect(
    own(async () => read(setting.vendas.stream('itens', options))),
  ).rejects.toMatchObject({ code: 'PLT_OPTION_INVALID' })
})

test.each([undefined, null, 5, Symbol('itens'), ['itens'], {}, 'a\0b'])(
  'what is no name of a table is refused: %s',
  async (name) => {
    const refused = { code: 'PLT_IDENTIFIER_INVALID' }
    await expect(own(() => setting.vendas.select(given(name)))).rejects.toMatchObject(refused)
    await expect(
      own(() => setting.vendas.insert(given(name), [given({ id: 1 })])),
    ).rejects.toMatchObject(refused)
  },
)

test.each([
  ['no text', undefined, []],
  ['a value in place of the list of values', 'select $1::text', 'abc'],
  ['too few values', 'select $1::text, $2::text', ['a']],
  ['too many values', 'select $1::text', ['a', 'b']],
])('a query is refused as such: %s', async (_, text, values) => {
  await expect(own(() => setting.vendas.query(given(text), given(values)))).rejects.toMatchObject({
    code: 'PLT_STATEMENT_INVALID',
  })
})

test.each(['$contains', '$containedBy', '$overlaps'])(
  '%s is refused for a column that holds nothing',
  async (operator) => {
    const where = given({ quando: { [operator]: '2026-01-01' } })
    await expect(own(() => setting.vendas.select('itens', { where }))).rejects.toMatchObject({
      code: 'PLT_FILTER_INVALID',
    })
  },
)

describe.each(['select', 'count', 'delete'] as const)('a filter of %s', (verb) => {
  const refused = async (where: unknown, code: string) => {
    const call = CALLS[verb] ?? (() => Promise.resolve())
    await expect(own(() => call(given({ where })))).rejects.toMatchObject({ code })
  }

  test.each(['$and', '$or'])('is refused where %s has a hole', async (key) => {
    const holes = new Array<unknown>(2)
    await refused({ [key]: holes }, 'PLT_UNDEFINED_FILTER')
    holes[0] = { id: 1 }
    await refused({ [key]: holes }, 'PLT_UNDEFINED_FILTER')
  })

  test.each([500, 50_000])('is refused where it is nested %d times', async (levels) => {
    let [and, not, operators]: object[] = [{ id: 1 }, { id: 1 }, { $eq: 1 }]
    for (let level = 0; level < levels; level++) {
      and = { $and: [and, { nome: 'x' }] }
      not = { $not: not }
      operators = { $not: operators }
    }
    for (const where of [and, not, { id: operators }]) await refused(where, 'PLT_FILTER_INVALID')
  })

  test('is refused where it holds itself', async () => {
    const circle: Record<string, unknown> = {}
    circle.$and = [circle]
    await refused(circle, 'PLT_FILTER_INVALID')
  })
})

test('lists of columns and orders with holes are refused', async () => {
  const holes = new Array<unknown>(1)
  for (const [options, code] of [
    [{ columns: holes }, 'PLT_COLUMN_UNKNOWN'],
    [{ orderBy: holes }, 'PLT_OPTION_INVALID'],
  ] as const) {
    await expect(own(() => setting.vendas.select('itens', given(options)))).rejects.toMatchObject({
      code,
    })
  }
})

test('a filter of a hundred levels is asked', async () => {
  let where: object = { id: 1 }
  for (let level = 0; level < 100; level++) where = { $and: [where, { nome: 'x' }] }
  expect(await own(() => setting.vendas.select('itens', { where: given(where) }))).toEqual([])
})

test('a pattern of any length is looked for', async () => {
  const where = { nome: { $like: `${'x'.repeat(500_000)}%` } }
  expect(await own(() => setting.vendas.select('itens', { where }))).toEqual([])
})

test('a context that JSON cannot hold is refused, and the next call works', async () => {
  const circle: Record<string, unknown> = {}
  circle.itself = circle
  for (const extra of [10n, circle]) {
    const call = setting.database.withContext({ tenantId: A, extra }, () =>
      setting.vendas.count('itens'),
    )
    await expect(call).rejects.toMatchObject({ code: 'PLT_OPTION_INVALID' })
  }
  expect(await own(() => setting.vendas.count('itens'))).toBe(0)
})

test('acting for the system is refused without options, and for a reason with a NUL', async () => {
  for (const options of [undefined, null, { reason: 'a\0b' }]) {
    await expect(setting.database.asSystem(given(options), () => 1)).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
    })
  }
})

test('limits of a module beyond what the server takes are refused', async () => {
  for (const statementTimeoutMs of [2 ** 31, 1e308]) {
    await expect(
      setting.database.createModule('vendas', { statementTimeoutMs }),
    ).rejects.toMatchObject({ code: 'PLT_OPTION_INVALID' })
  }
})
