import { createHash, hash } from 'node:crypto'
import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folderOf } from './folder.fixture.js'
import { readDirectory } from './read-directory.js'

it('lists the migrations of every module and leaves other files alone', () => {
  const folder = folderOf({
    'README.md': '',
    'auth/001_users.sql': 'create table users ();',
    'auth/README.md': '',
    'auth/.001_users.sql.swp': '',
    'vendas/001_a.sql': 'select 1;',
    'vendas/002_b.ts': 'export async function up() {}',
    'vendas/002_b.d.ts': 'export declare function up(): Promise<void>',
    'vendas/002_b.js.map': '{}',
    'vendas/data/rows.csv': '',
    'Notes of Somebody/todo.txt': '',
    '.git/HEAD': '',
  })
  const listed = readDirectory(folder).map(({ module, name, kind }) => `${kind} ${module}/${name}`)
  expect(listed.sort()).toEqual(['code vendas/002_b', 'sql auth/001_users', 'sql vendas/001_a'])
})

it('reads and hashes the same text whatever editor and checkout have made of it', () => {
  const [plain = '', windows = ''] = ['\nselect 1;\n', '\uFEFF\r\nselect 1;\r\n'].map((text) =>
    folderOf({ 'vendas/001_a.sql': text }),
  )
  const [a, b] = [readDirectory(plain)[0], readDirectory(windows)[0]]
  expect(a?.text).toBe('\nselect 1;\n')
  expect(b?.text).toBe(a?.text)
  expect(b?.checksum).toBe(a?.checksum)
  expect(a?.checksum).toBe(createHash('sha256').update('\nselect 1;\n').digest('hex'))
})

it('takes TypeScript and what was compiled from it for one migration', () => {
  const folder = folderOf({
    'vendas/001_a.js': 'export async function up() {}',
    'vendas/001_a.ts': 'export async function up() {}',
    'vendas/001_a.mjs': 'export async function up() {}',
  })
  expect(readDirectory(folder).map(({ place }) => place)).toEqual([join(folder, 'vendas/001_a.ts')])
})

it('follows links, as mounted volumes have them', () => {
  const folder = folderOf({
    '..2026_01/auth/001_a.sql': 'select 1;',
    'vendas/..2026_02/001_a.sql': 'select 2;',
  })
  symlinkSync('..2026_01', join(folder, '..data'))
  symlinkSync('..data/auth', join(folder, 'auth'))
  symlinkSync('..2026_02', join(folder, 'vendas/..data'))
  symlinkSync('..data/001_a.sql', join(folder, 'vendas/001_a.sql'))
  expect(readDirectory(folder).map(({ module, text }) => [module, text])).toEqual([
    ['auth', 'select 1;'],
    ['vendas', 'select 2;'],
  ])
})

it('refuses a link to the folder of another module, which would apply it twice', () => {
  const folder = folderOf({ 'vendas/001_a.sql': 'select 1;' })
  symlinkSync('vendas', join(folder, 'vendas2'))
  expect(() => readDirectory(folder)).toThrow(
    expect.objectContaining({
      code: 'PLT_MIGRATION_DUPLICATE',
      message: expect.stringContaining(join(folder, 'vendas2')),
      remedy: expect.stringContaining('link'),
      details: { directories: [join(folder, 'vendas'), join(folder, 'vendas2')] },
    }),
  )
})

it.each(['create.sql', '001.sql', '001 a.sql', '001_a.test.ts', 'V1__a.SQL'])(
  'refuses %s, which nobody would miss',
  (file) => {
    const folder = folderOf({ [`vendas/${file}`]: '' })
    expect(() => readDirectory(folder)).toThrow(
      expect.objectContaining({
        code: 'PLT_MIGRATION_INVALID',
        module: 'vendas',
        message: expect.stringContaining(file),
        remedy: expect.stringContaining('001_create_clientes'),
      }),
    )
  },
)

it.each(['003_x.sql', '003_x.ts', 'x.sql'])('refuses a folder that is named %s', (name) => {
  const folder = folderOf({ 'vendas/001_a.sql': '', [`vendas/${name}/up.sql`]: 'select 1;' })
  const place = join(folder, 'vendas', name)
  expect(() => readDirectory(folder)).toThrow(
    expect.objectContaining({
      code: 'PLT_MIGRATION_INVALID',
      message: `${place} has the name of a migration, and is no file.`,
      details: expect.objectContaining({ file: place }),
    }),
  )
})

it('takes no device for a file: it may never end', () => {
  const folder = folderOf({ 'vendas/001_a.sql': '' })
  symlinkSync('/dev/null', join(folder, 'vendas', '002_b.sql'))
  expect(() => readDirectory(folder)).toThrow(
    expect.objectContaining({ code: 'PLT_MIGRATION_INVALID' }),
  )
})

it('reads lines that a carriage return ends where nothing else does', () => {
  const old = '-- @metadata {"version": "1.0.0"}\rselect 1;\r-- @down\rselect 2;\r'
  const folder = folderOf({ 'vendas/001_a.sql': old, 'vendas/002_b.sql': "select '\r';\n" })
  const [a, b] = readDirectory(folder)
  expect(a?.text).toBe(old.replaceAll('\r', '\n'))
  expect(a?.metadata.version).toBe('1.0.0')
  expect(b?.text).toBe("select '\r';\n")
})

it('refuses a file outside of a module', () => {
  const folder = folderOf({ '001_a.sql': '' })
  expect(() => readDirectory(folder)).toThrow(
    expect.objectContaining({ code: 'PLT_MIGRATION_INVALID' }),
  )
})

it('refuses migrations in a folder that cannot be a module', () => {
  const folder = folderOf({ 'Vendas-2/001_a.sql': '' })
  expect(() => readDirectory(folder)).toThrow(
    expect.objectContaining({
      code: 'PLT_MODULE_NAME_INVALID',
      message: expect.stringContaining(join(folder, 'Vendas-2')),
      remedy: expect.stringMatching(/^Rename it\. Use 1 to 40 lower-case letters/),
    }),
  )
})

it.each([
  ['Latin-1', Buffer.from("select 'preço'", 'latin1')],
  ['UTF-16', Buffer.from("\uFEFFselect 'preço'", 'utf16le')],
])('refuses %s', (_, content) => {
  const folder = folderOf({ 'vendas/001_a.sql': content })
  expect(() => readDirectory(folder)).toThrow(
    expect.objectContaining({ code: 'PLT_MIGRATION_INVALID', remedy: 'Save the file in UTF-8.' }),
  )
})

it('takes a replacement character that was meant', () => {
  const folder = folderOf({ 'vendas/001_a.sql': "select '\uFFFD';" })
  expect(readDirectory(folder)[0]?.text).toBe("select '\uFFFD';")
})

it('names the folder that is missing', () => {
  expect(() => readDirectory('/nowhere/migrations')).toThrow(
    expect.objectContaining({
      code: 'PLT_MIGRATION_NOT_FOUND',
      message: expect.stringContaining('/nowhere/migrations'),
    }),
  )
})

it('lists a migration whose metadata are wrong: an applied one stops nothing', () => {
  const folder = folderOf({ 'vendas/001_a.sql': '-- @metadata {' })
  const [migration] = readDirectory(folder)
  expect(migration?.name).toBe('001_a')
  expect(() => migration?.metadata).toThrow(
    expect.objectContaining({ code: 'PLT_MIGRATION_INVALID' }),
  )
})

it('takes not much longer than reading and hashing alone', () => {
  const files = Array.from({ length: 1_000 }, (_, index) => [
    `m${index % 10}/${index + 1}_t.sql`,
    `-- @metadata {"version": "1.0.${index}"}\ncreate table t${index} (id int);\n-- @down\ndrop table t${index};\n`,
  ])
  const folder = folderOf(Object.fromEntries(files))
  const timeOf = (work: () => void) => {
    const start = performance.now()
    work()
    return performance.now() - start
  }
  const rounds = Array.from({ length: 7 }, () => ({
    floor: timeOf(() => {
      for (const [file] of files) hash('sha256', readFileSync(join(folder, file ?? ''), 'utf8'))
    }),
    listing: timeOf(() => expect(readDirectory(folder)).toHaveLength(1_000)),
  }))
  const fastest = (times: readonly number[]) => Math.min(...times)
  // Twice as long on a quiet machine; file by file through promises it would be ten times.
  expect(fastest(rounds.map(({ listing }) => listing))).toBeLessThan(
    6 * fastest(rounds.map(({ floor }) => floor)),
  )
})

it('tells a link that leads nowhere with its path', () => {
  const folder = folderOf({ 'vendas/001_a.sql': '' })
  const link = join(folder, 'vendas', '002_b.sql')
  symlinkSync(join(folder, 'nowhere.sql'), link)
  expect(() => readDirectory(folder)).toThrow(
    expect.objectContaining({
      code: 'PLT_MIGRATION_INVALID',
      details: expect.objectContaining({ file: link }),
    }),
  )
})
