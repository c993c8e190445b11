import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseScript } from '../script/parse-script.js'
import { folderOf } from '../source/folder.fixture.js'
import { listMigrations } from '../source/list-migrations.js'
import { createMigration } from './create-migration.js'

it('makes the first migration of a module, and its folders', async () => {
  const directory = join(folderOf({}), 'migrations')
  const made = createMigration({ directory, module: 'vendas', name: 'create clientes' })
  expect(made).toEqual({
    module: 'vendas',
    name: '001_create_clientes',
    place: join(directory, 'vendas', '001_create_clientes.sql'),
  })
  expect(readFileSync(made.place, 'utf8')).toBe(
    '-- @metadata {"version": "1.0.0", "dependencies": []}\n\n\n-- @down\n\n',
  )
  const [listed] = listMigrations({ directory })
  expect(listed?.metadata.version).toBe('1.0.0')
  expect(await parseScript({ ...made, text: listed?.text ?? '' })).toMatchObject({
    up: [],
    down: [],
  })
})

it.each([
  [['001_a.sql'], '002_x'],
  [['1_a.sql', '2_b.ts'], '3_x'],
  [['009_a.sql', '010_b.sql'], '011_x'],
  [['099_a.sql', '2_b.sql'], '100_x'],
  [['999_a.sql'], '1000_x'],
  [['20240101120000_a.sql'], '20261122203000_x'],
  [['20270101120000_a.sql'], '20270101120001_x'],
])('goes on behind %s with %s', (files, name) => {
  const directory = folderOf(
    Object.fromEntries(files.map((file) => [`vendas/${file}`, 'select 1;'])),
  )
  const now = new Date('2026-11-22T20:30:00Z')
  expect(createMigration({ directory, module: 'vendas', name: 'x', now }).name).toBe(name)
  expect(readdirSync(join(directory, 'vendas'))).toHaveLength(files.length + 1)
})

it('raises the version of a module that counts versions', () => {
  const directory = folderOf({
    'vendas/001_a.sql': '-- @metadata {"version": "1.9.3"}',
    'vendas/002_b.sql': '-- @metadata {"version": "1.10.0"}',
    'compras/001_a.sql': 'select 1;',
  })
  const headerOf = (module: string) =>
    readFileSync(createMigration({ directory, module, name: 'x' }).place, 'utf8').split('\n')[0]
  expect(headerOf('vendas')).toBe('-- @metadata {"version": "1.11.0", "dependencies": []}')
  expect(headerOf('compras')).toBe('-- @metadata {"dependencies": []}')
})

it('makes TypeScript that can be loaded', async () => {
  const directory = folderOf({})
  createMigration({ directory, module: 'vendas', name: 'backfill', kind: 'ts' })
  const [listed] = listMigrations({ directory })
  const code = await listed?.code()
  expect([typeof code?.up, typeof code?.down]).toEqual(['function', 'function'])
  expect(listed?.metadata.version).toBe('1.0.0')
  expect(createMigration({ directory, module: 'vendas', name: 'next' }).name).toBe('002_next')
})

it('leaves nothing else in the folder, and steps over a number that a killed process had in hand', () => {
  const directory = folderOf({ 'vendas/001_a.sql': 'select 1;', 'vendas/.2.reserved': '' })
  createMigration({ directory, module: 'vendas', name: 'x' })
  expect(readdirSync(join(directory, 'vendas')).sort()).toEqual([
    '.2.reserved',
    '001_a.sql',
    '003_x.sql',
  ])
})

it.each(['sql', 'ts'] as const)('the %s that it makes counts as not written yet', (kind) => {
  const directory = folderOf({})
  const made = createMigration({ directory, module: 'vendas', name: 'x', kind })
  const isUnwritten = () => listMigrations({ directory })[0]?.isUnwritten
  expect(isUnwritten()).toBe(true)
  const text = readFileSync(made.place, 'utf8')
  writeFileSync(made.place, text.replaceAll('\n', '\r\n').replace('1.0.0', '2.0.0'))
  expect(isUnwritten()).toBe(true)
  const comment = kind === 'sql' ? '-- nothing to do here' : '// nothing to do here'
  writeFileSync(made.place, `${text}${comment}\n`)
  expect(isUnwritten()).toBe(false)
})

it('makes a name of any words', () => {
  const directory = folderOf({})
  const nameOf = (name: string) => createMigration({ directory, module: 'vendas', name }).name
  expect(nameOf('Criação de índices, e mais!')).toBe('001_criacao_de_indices_e_mais')
  expect(nameOf('../../etc/passwd')).toBe('002_etc_passwd')
  expect(() => nameOf('!!')).toThrow(expect.objectContaining({ code: 'PLT_MIGRATION_INVALID' }))
  expect(() => createMigration({ directory, module: '../x', name: 'a' })).toThrow(
    expect.objectContaining({ code: 'PLT_MODULE_NAME_INVALID' }),
  )
})

it('never overwrites', () => {
  const directory = folderOf({ 'vendas/001_a.sql': 'select 1;' })
  const made = Array.from({ length: 3 }, () =>
    createMigration({ directory, module: 'vendas', name: 'a' }),
  )
  expect(made.map(({ name }) => name)).toEqual(['002_a', '003_a', '004_a'])
  expect(readFileSync(join(directory, 'vendas/001_a.sql'), 'utf8')).toBe('select 1;')
})
