import { chdir, cwd } from 'node:process'
import { expect, it, onTestFinished } from 'vitest'
import { folderOf } from './folder.fixture.js'
import { listMigrations } from './list-migrations.js'

const up = async () => {}

/** The working directory until the test ends. */
function workIn(folder: string): void {
  const before = cwd()
  onTestFinished(() => chdir(before))
  chdir(folder)
}

it('orders files and objects by module and number', () => {
  const directory = folderOf({
    'vendas/10_d.sql': '',
    'vendas/2_b.sql': '',
    'auth/20240101120000_z.sql': '',
  })
  const sources = [
    { module: 'vendas', name: '003_c', up },
    { module: 'auth', name: '1_a', up },
  ]
  const listed = listMigrations({ directory, sources }).map(({ module, name }) => [module, name])
  expect(listed).toEqual([
    ['auth', '1_a'],
    ['auth', '20240101120000_z'],
    ['vendas', '2_b'],
    ['vendas', '003_c'],
    ['vendas', '10_d'],
  ])
})

it('takes the object for the file of code that it was bundled from', () => {
  const directory = folderOf({ 'vendas/001_a.ts': 'export async function up() {}' })
  const listed = listMigrations({ directory, sources: [{ module: 'vendas', name: '001_a', up }] })
  expect(listed.map(({ place }) => place)).toEqual(['sources: vendas/001_a'])
})

it.each([
  ['two files', { 'vendas/001_a.sql': '', 'vendas/1_b.ts': 'export async function up() {}' }, []],
  ['SQL and code of one name', { 'vendas/001_a.sql': '', 'vendas/001_a.ts': '' }, []],
  ['a file and an object', { 'vendas/001_a.sql': '' }, [{ module: 'vendas', name: '001_a', up }]],
  [
    'two objects',
    { 'vendas/README.md': '' },
    [
      { module: 'vendas', name: '001_a', up },
      { module: 'vendas', name: '001_a', up },
    ],
  ],
])('refuses one number for %s', (_, files, sources) => {
  const directory = folderOf(files as Record<string, string>)
  expect(() => listMigrations({ directory, sources })).toThrow(
    expect.objectContaining({
      code: 'PLT_MIGRATION_DUPLICATE',
      module: 'vendas',
      remedy: expect.stringContaining('above'),
    }),
  )
})

it('allows one number in two modules', () => {
  const directory = folderOf({ 'vendas/001_a.sql': '', 'auth/001_a.sql': '' })
  expect(listMigrations({ directory })).toHaveLength(2)
})

it('needs no folder where objects are given', () => {
  workIn(folderOf({}))
  expect(listMigrations({ sources: [{ module: 'vendas', name: '001_a', up }] })).toHaveLength(1)
  expect(() => listMigrations({})).toThrow(
    expect.objectContaining({ code: 'PLT_MIGRATION_NOT_FOUND' }),
  )
  expect(() => listMigrations({ directory: './other', sources: [] })).toThrow(
    expect.objectContaining({ code: 'PLT_MIGRATION_NOT_FOUND' }),
  )
})

it('looks into ./migrations', () => {
  workIn(folderOf({ 'migrations/vendas/001_a.sql': 'select 1;' }))
  expect(listMigrations({}).map(({ place }) => place)).toEqual(['migrations/vendas/001_a.sql'])
})

it('refuses objects that are no migrations', () => {
  const refused = (object: object, code: string, message: string) =>
    expect(() =>
      listMigrations({ sources: [{ module: 'vendas', name: '001_a', up, ...object }] }),
    ).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }))
  refused({ module: 'Vendas' }, 'PLT_MODULE_NAME_INVALID', 'Vendas')
  refused({ name: 'a' }, 'PLT_MIGRATION_INVALID', '"a"')
  refused({ up: undefined }, 'PLT_MIGRATION_INVALID', 'no function "up"')
  refused({ down: 'drop table a' }, 'PLT_MIGRATION_INVALID', '"down" is no function')
})

it('points into the metadata of an object', () => {
  const metadata = { version: '1.0.0', dependencies: ['auth', 'Auth'] }
  const [listed] = listMigrations({ sources: [{ module: 'vendas', name: '001_a', up, metadata }] })
  expect(() => listed?.metadata).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(
        '1 | {"version":"1.0.0","dependencies":["auth","Auth"]}\n' +
          '  |                                           ^',
      ),
    }),
  )
})

it.each([10n, () => 5])('refuses metadata of a program that JSON has not: %s', (lockTimeout) => {
  const metadata = { lockTimeout } as unknown as { lockTimeout: number }
  const [migration] = listMigrations({
    directory: folderOf({}),
    sources: [{ module: 'vendas', name: '001_a', metadata, up }],
  })
  expect(() => migration?.metadata).toThrow(
    expect.objectContaining({ code: 'PLT_MIGRATION_INVALID' }),
  )
})
