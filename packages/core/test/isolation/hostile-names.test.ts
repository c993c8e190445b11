import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ModuleDatabase } from '../../src/module/module-database.js'
import { refusalOf } from './session-attack.js'
import { GRADES, Setting } from './setting.js'

const PREFIX = 'a tenant id that is longer than its column'

/** All different, however alike they look or however they are quoted. */
const TENANTS = [
  'acme',
  'ACME',
  'acme ',
  ' acme',
  'acmé',
  'acme\u0301',
  'acme\u200b',
  'aсme',
  "acme' or 'a' = 'a",
  "'; drop table itens; --",
  '"',
  '""',
  '\\',
  '\\\\',
  '\\u0061cme',
  'acme","tenantId":"ACME',
  '","kind":"owner","x":"',
  '\\","tenantId":"acme',
  '$1',
  '%',
  '_',
  'null',
  'NULL',
  '0',
  '00',
  '{}',
  'true',
  '\n',
  '\r\n',
  '\t',
  '\u0001',
  '\u007f',
  '\u0085',
  '\u2028',
  '\uFEFF',
  '😀',
  '😁',
  'x'.repeat(50_000),
  `${'x'.repeat(50_000)}y`,
] as const

describe.each(GRADES)('hostile texts, %s logins', (grade) => {
  let setting: Setting
  let vendas: ModuleDatabase

  beforeAll(async () => {
    setting = await Setting.open(grade)
    vendas = await setting.database.createModule('vendas')
    for (const [name, type] of Object.entries({
      textos: 'TEXT',
      curtos: 'VARCHAR(40)',
      numeros: 'BIGINT',
      uuids: 'UUID',
    })) {
      await vendas.createTable(name, [
        { name: 'id', type: 'BIGINT', primaryKey: true },
        { name: 'organization_id', type },
        { name: 'nome', type: 'TEXT' },
      ])
    }
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  it('keeps tenants apart whose ids look alike or are SQL, JSON or a token', async () => {
    for (const [at, tenant] of TENANTS.entries()) {
      await setting.as(tenant, () => vendas.insert('textos', [{ id: 1, nome: String(at) }]))
    }
    for (const [at, tenant] of TENANTS.entries()) {
      const own = [{ id: '1', organization_id: tenant, nome: String(at) }]
      await setting.as(tenant, async () => {
        expect(await vendas.select('textos')).toEqual(own)
        expect(await vendas.query('select * from textos')).toEqual(own)
        expect(
          await vendas.transaction((tx) =>
            tx.update('textos', { nome: String(at) }, { all: true }),
          ),
        ).toEqual({ affectedRows: 1 })
        expect(await vendas.count('textos', { where: { nome: { $ne: String(at) } } })).toBe(0)
      })
    }
    const rows = await setting.truth<{ organization_id: string }>(
      'select organization_id from module_vendas.textos order by nome::int',
    )
    expect(rows.map((row) => row.organization_id)).toEqual(TENANTS)
  })

  it.each(['', '\0', 'acme\0', '\ud800', 'acme\udc00', 5, null, undefined, {}, ['acme']])(
    'refuses %j as a tenant id',
    async (tenantId) => {
      expect(
        await refusalOf(() =>
          setting.database.withContext({ tenantId: tenantId as string }, () =>
            vendas.select('textos'),
          ),
        ),
      ).toBe('PLT_TENANT_ID_INVALID')
    },
  )

  it('never takes a tenant id that is too long for another that begins like it', async () => {
    const short = PREFIX.slice(0, 40)
    await setting.as(short, () => vendas.insert('curtos', [{ id: 1, nome: 'short' }]))
    for (const tenant of [PREFIX, `${short} `, `${short}\t`]) {
      await setting.as(tenant, async () => {
        expect(await vendas.select('curtos')).toEqual([])
        expect(await vendas.query('select * from curtos')).toEqual([])
        expect(await vendas.delete('curtos', { all: true })).toEqual({ affectedRows: 0 })
        expect(
          await refusalOf(() => vendas.insert('curtos', [{ id: 2, nome: 'long' }])),
        ).toBeDefined()
        expect(
          await refusalOf(() => vendas.query("insert into curtos (id, nome) values (2, 'long')")),
        ).toBeDefined()
      })
    }
    expect(await setting.truth('select nome from module_vendas.curtos')).toEqual([
      { nome: 'short' },
    ])
  })

  it.each([
    ['numeros', 'org-123'],
    ['numeros', '9223372036854775808'],
    ['numeros', '1.5'],
    ['numeros', '1; select 2'],
    ['numeros', '1 or 1=1'],
    ['uuids', 'org-123'],
    ['uuids', "0190a7c2-0000-7000-8000-00000000000a' or true"],
    ['uuids', '1'],
  ])('refuses in %s a tenant that is no such number or UUID: %s', async (table, tenant) => {
    await setting.as(tenant, async () => {
      for (const work of [
        () => vendas.select(table),
        () => vendas.count(table),
        () => vendas.insert(table, [{ id: 1, nome: 'x' }]),
        () => vendas.update(table, { nome: 'x' }, { all: true }),
      ]) {
        expect(await refusalOf(work)).toMatch(/^(PLT_TENANT_ID_INVALID|22P02|22003)$/)
      }
    })
    expect(await setting.truth(`select from module_vendas.${table}`)).toEqual([])
  })

  it.each([
    'pg_catalog',
    'Vendas',
    'vendas"; drop schema module_vendas cascade; --',
    "vendas'",
    'vendas\0',
    '',
    'v'.repeat(41),
    'módulo',
    '../vendas',
    '__proto__',
    'constructor()',
    '1vendas',
  ])('refuses the module name %j before any SQL', async (name) => {
    expect(await refusalOf(() => setting.database.createModule(name))).toBe(
      'PLT_MODULE_NAME_INVALID',
    )
  })

  it.each(['constructor', 'tostring', 'select', 'user', 'public', 'x'.repeat(40)])(
    'takes the module name %s for what it is',
    async (name) => {
      const module = await setting.database.createModule(name)
      await module.createTable('select', [
        { name: 'user', type: 'BIGINT', primaryKey: true },
        { name: 'organization_id', type: 'TEXT' },
        { name: 'order', type: 'TEXT' },
      ])
      for (const tenant of ['a', 'b']) {
        await setting.as(tenant, () => module.insert('select', [{ user: 1, order: tenant }]))
      }
      const rows = await setting.as('a', () =>
        module.select('select', { where: { user: { $gt: 0 } }, orderBy: [{ column: 'order' }] }),
      )
      expect(rows).toEqual([{ user: '1', organization_id: 'a', order: 'a' }])
    },
  )

  const HOSTILE = [
    'itens"; drop table textos; --',
    'a" (id int); grant all on textos to public; --',
    "o'reilly",
    'a\0b',
    '',
    'x'.repeat(64),
    '\ud800',
  ]

  it.each(HOSTILE)('runs no SQL that stands in the name of a table or column: %j', async (name) => {
    const id = { name: 'id', type: 'BIGINT', primaryKey: true }
    const tenant = { name: 'organization_id', type: 'TEXT' }
    for (const work of [
      () => vendas.createTable(name, [id, tenant]),
      () => vendas.createTable('novos', [id, tenant, { name, type: 'TEXT' }]),
      () => vendas.createTable('novos', [id, tenant, { name: 'x', type: `TEXT, ${name}` }]),
      () => vendas.createTable('novos', [id, tenant], { uniques: [[name]] }),
      () => vendas.createTable('novos', [id, tenant], { tenantColumn: name }),
    ]) {
      expect(await refusalOf(work)).toMatch(/^PLT_/)
    }
    await setting.as('acme', async () => {
      const filter = JSON.parse(JSON.stringify({ [name]: 1 }))
      for (const work of [
        () => vendas.select(name),
        () => vendas.select('textos', { where: filter }),
        () => vendas.select('textos', { orderBy: [{ column: name }] }),
        () => vendas.select('textos', { columns: [name] }),
        () => vendas.insert('textos', [filter]),
        () => vendas.update('textos', filter, { all: true }),
        () => vendas.delete('textos', { where: filter }),
      ]) {
        expect(await refusalOf(work)).toMatch(/^(PLT_|22021)/)
      }
    })
    const [found] = await setting.truth<{ found: boolean }>(
      `select to_regclass('module_vendas.textos') is not null
        and to_regclass('module_vendas.novos') is null as found`,
    )
    expect(found?.found).toBe(true)
  })

  it('takes values for values in a filter with members of Object.prototype', async () => {
    await setting.as('acme', async () => {
      const filters = ['{"__proto__": {"id": 1}}', '{"constructor": 1}', '{"id": {"__proto__": 1}}']
      for (const text of filters) {
        const work = () => vendas.delete('textos', { where: JSON.parse(text) })
        expect(await refusalOf(work)).toMatch(/^PLT_/)
      }
    })
  })
})
