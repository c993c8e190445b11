import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { A, Setting } from '../../test/isolation/setting.js'
import { PlataformaError } from '../error/plataforma-error.js'

let setting: Setting
/** What a caller without the compiler may give. */
const given = (value: unknown) => value as never
const circle: Record<string, unknown> = {}
circle.itself = circle

const COLUMNS = [
  { name: 'id', type: 'BIGINT', primaryKey: true },
  { name: 'organization_id', type: 'UUID' },
  { name: 'nome', type: 'TEXT' },
] as const

beforeAll(async () => {
  setting = await Setting.open('shared')
  for (const name of ['vendas', 'estoque']) {
    await (await setting.database.createModule(name)).createTable('itens', COLUMNS)
  }
})

afterAll(() => setting?.[Symbol.asyncDispose]())

/** Refused by us: typed, with a remedy, and never for what a server or JavaScript made of it. */
async function expectRefused(call: () => unknown, code: unknown): Promise<void> {
  let error: unknown
  try {
    await setting.as(A, async () => call())
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(PlataformaError)
  expect(error).toMatchObject({ code, remedy: expect.any(String) })
  expect(error).not.toHaveProperty('sqlState')
}

const INVALID = 'PLT_OPTION_INVALID'
const NAME = 'PLT_IDENTIFIER_INVALID'
const MODULE_NAME = 'PLT_MODULE_NAME_INVALID'
const KNOWN = expect.stringMatching(/^PLT_(OPTION|IDENTIFIER|TYPE|VALUE)_INVALID$/)

describe.each(['primaryKey', 'uniques', 'indexes', 'checks', 'foreignKeys'])(
  'a table whose %s',
  (option) => {
    const create = (options: unknown) => () =>
      setting.vendas.createTable('novos', COLUMNS, given(options))

    test.each([null, 5, 'nome', {}, 10n, circle, Symbol('x')])('are %s', (value) =>
      expectRefused(create({ [option]: value }), INVALID),
    )

    test.each([null, undefined, 5, 10n, Symbol('x'), circle, [circle], [10n], {}])(
      'hold %s',
      (value) => expectRefused(create({ [option]: [value] }), KNOWN),
    )

    test.each([
      'columns',
      'name',
      'using',
      'where',
      'operatorClass',
      'expression',
      'references',
      'onDelete',
    ])('have a %s that is none', async (key) => {
      const whole = {
        columns: ['organization_id', 'id'],
        expression: 'true',
        references: { table: 'itens', columns: ['organization_id', 'id'] },
      }
      for (const value of [null, 5, 10n, circle, Symbol('x')]) {
        const entry = { ...whole, [key]: value }
        const call = create({ [option]: [entry] })
        // An option knows only its own keys.
        const error = await setting.as(A, call).catch((thrown: unknown) => thrown)
        if (error === undefined) await setting.vendas.dropTable('novos')
        else expect(error).toMatchObject({ code: KNOWN, remedy: expect.any(String) })
      }
    })
  },
)

test.each([null, 5, 'x', [], 10n])('a table with options %s is refused', (options) =>
  expectRefused(() => setting.vendas.createTable('novos', COLUMNS, given(options)), INVALID),
)

describe.each(['name', 'type', 'check', 'references', 'identity', 'generated', 'default'])(
  'a column whose %s',
  (key) => {
    test.each([10n, circle, Symbol('x'), null, { table: circle }, { onDelete: 5, table: 'itens' }])(
      'is %s',
      async (value) => {
        const column = { name: 'x', type: 'JSONB', [key]: value }
        const call = () => setting.vendas.createTable('novos', given([COLUMNS[0], column]))
        // Some of these are defaults that a column of JSON can have.
        const error = await call().catch((thrown: unknown) => thrown)
        if (error === undefined) {
          expect(key).toBe('default')
          await setting.vendas.dropTable('novos')
        } else {
          expect(error).toMatchObject({ code: KNOWN, remedy: expect.any(String) })
          expect(error).not.toHaveProperty('sqlState')
        }
      },
    )
  },
)

test.each([undefined, null, 5, 10n, circle, Symbol('x'), 'a\0b'])(
  'what is no name of a table is refused: %s',
  async (name) => {
    await expectRefused(() => setting.vendas.createTable(given(name), COLUMNS), NAME)
    await expectRefused(() => setting.vendas.hasTable(given(name)), NAME)
    await expectRefused(() => setting.vendas.dropTable(given(name)), NAME)
  },
)

it('looks for a table whose name `createTable` would not make', async () => {
  await setting.asAuthor('create table "Já tem um?" (id int)')
  expect(await setting.vendas.hasTable('Já tem um?')).toBe(true)
  expect(await setting.vendas.hasTable('')).toBe(false)
})

test('options of dropping a table that are none are refused', () =>
  expectRefused(() => setting.vendas.dropTable('itens', given(null)), INVALID))

describe.each([undefined, null, 5, 10n, circle, Symbol('x'), 'a\0b'])('given %s', (value) => {
  const isolation = () => setting.database.isolation

  test('as a module’s name is refused', async () => {
    const { database } = setting
    for (const call of [
      () => database.createModule(given(value)),
      () => database.asOwner(given(value), async () => 1),
      () => isolation().createModule(given(value)),
      () => isolation().dropModule(given(value), { confirm: given(value) }),
      () => isolation().protectTable(given(value), 'itens'),
      () => isolation().secureModule(given(value)),
      () => isolation().grantAccess({ from: given(value), to: 'estoque', tables: ['itens'] }),
      () => isolation().revokeAccess({ from: 'vendas', to: given(value), tables: ['itens'] }),
    ]) {
      await expectRefused(call, MODULE_NAME)
    }
    const code = typeof value === 'string' ? 'PLT_MODULE_NOT_FOUND' : MODULE_NAME
    await expectRefused(() => database.module(given(value)), code)
    await expectRefused(() => database.transaction(async (tx) => tx.module(given(value))), code)
  })

  test('in place of texts, lists and functions is refused', async () => {
    const { database, vendas } = setting
    const door = { from: 'vendas', to: 'estoque', tables: ['itens'] }
    const calls = [
      () => isolation().protectTable('vendas', given(value)),
      () => isolation().retireKey(given(value)),
      () => isolation().healLogin(given(value)),
      () => isolation().allowPooler(given(value)),
      () => isolation().grantAccess({ ...door, tables: given(value) }),
      () => isolation().grantAccess({ ...door, tables: given([value]) }),
      () => isolation().revokeAccess({ ...door, tables: given(value) }),
      () => isolation().dropModule('vendas', given(value)),
      () => database.admin.script(given(value)),
      () => database.withContext({ tenantId: A }, given(value)),
      () => database.asSystem({ reason: 'a test' }, given(value)),
      () => database.asOwner('vendas', given(value)),
      () => database.transaction(given(value)),
      () => vendas.transaction(given(value)),
      () => vendas.database.cacheQuery('key', given(value)),
      () => vendas.transaction(async (tx) => tx.afterCommit(given(value))),
      () => database.transaction(async (tx) => tx.afterRollback(given(value))),
    ]
    for (const call of calls) await expectRefused(call, INVALID)
    await expectRefused(
      () => isolation().grantAccess(given(value)),
      value === circle ? MODULE_NAME : INVALID,
    )
    if (value === undefined) return
    for (const call of [
      () => isolation().grantAccess({ ...door, privileges: given(value) }),
      () => isolation().grantAccess({ ...door, privileges: given([value]) }),
      () => isolation().protectTable('vendas', 'itens', { tenantColumn: given(value) }),
    ]) {
      await expectRefused(call, INVALID)
    }
    if (typeof value === 'object' && value !== null) return
    for (const call of [
      () => isolation().protectTable('vendas', 'itens', given(value)),
      () => database.createModule('vendas', given(value)),
      () => database.admin.script('select 1', given(value)),
    ]) {
      await expectRefused(call, INVALID)
    }
  })
})

it('records nobody who acts for the system without work', async () => {
  const count = () => setting.truth('select from plataforma.system_access')
  const before = await count()
  await expectRefused(() => setting.database.asSystem({ reason: 'x' }, given(5)), INVALID)
  expect(await count()).toHaveLength(before.length)
})

test.each([circle, [circle], { n: 10n }])('%s as a value of raw SQL is refused', async (value) => {
  for (const call of [
    () => setting.vendas.query('select $1::json', [value]),
    () => setting.vendas.transaction((tx) => tx.query('select $1::json', [value])),
  ]) {
    await expectRefused(call, 'PLT_VALUE_INVALID')
  }
  expect(await setting.as(A, () => setting.vendas.query('select 1 as n'))).toEqual([{ n: 1 }])
})
