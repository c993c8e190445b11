import { expect, it } from 'vitest'
import type { MigrationDatabase } from '../migration/migration.js'
import { folderOf } from './folder.fixture.js'
import { listMigrations } from './list-migrations.js'

/** The migration of a folder with these files of one name. */
function migrationOf(files: Readonly<Record<string, string>>) {
  const directory = folderOf(
    Object.fromEntries(Object.entries(files).map(([file, text]) => [`vendas/${file}`, text])),
  )
  const [migration] = listMigrations({ directory })
  if (migration === undefined) throw new Error('nothing listed')
  return migration
}

const NO_DATABASE = undefined as unknown as MigrationDatabase

it.each([
  [
    'named exports',
    '001_a.mjs',
    'export async function up() { return 1 }\nexport async function down() { return 2 }',
  ],
  [
    'a default export',
    '001_a.mjs',
    'export default { async up() { return 1 }, async down() { return this.two }, two: 2 }',
  ],
  ['CommonJS', '001_a.cjs', 'exports.up = async () => 1; exports.down = async () => 2'],
  [
    'CommonJS made of a default export',
    '001_a.cjs',
    'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = { up: async () => 1, down: async () => 2 }',
  ],
  [
    'TypeScript',
    '001_a.ts',
    'export async function up(_db: unknown): Promise<number> { return 1 }\nexport const down = async (): Promise<number> => 2',
  ],
])('takes %s', async (_, file, text) => {
  const { up, down } = await migrationOf({ [file]: text }).code()
  expect([await up(NO_DATABASE), await down?.(NO_DATABASE)]).toEqual([1, 2])
})

it('needs no down', async () => {
  const code = await migrationOf({ '001_a.mjs': 'export const up = async () => {}' }).code()
  expect(code.down).toBeUndefined()
})

it.each([
  ['nothing', 'export {}', 'exports no function "up"'],
  [
    'an up that is no function',
    'export const up = "create table a ()"',
    'exports as "up" is no function',
  ],
  ['an up that is misspelled', 'export const Up = async () => {}', 'Did you mean "Up"?'],
  [
    'a down that is no function',
    'export const up = async () => {}\nexport const down = []',
    '"down" is no function',
  ],
  ['nonsense', 'export const up = {', 'cannot be loaded'],
  [
    'an import of what is missing',
    'import "plataforma-nowhere"\nexport const up = async () => {}',
    'plataforma-nowhere',
  ],
  ['an error of its own', 'throw new Error("my own")', 'my own'],
])('refuses %s', async (_, text, message) => {
  await expect(migrationOf({ '001_a.mjs': text }).code()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_INVALID',
    module: 'vendas',
    message: expect.stringContaining(message),
    remedy: expect.any(String),
  })
})

it('knows the metadata once the code is loaded', async () => {
  const migration = migrationOf({
    '001_a.mjs':
      'export const metadata = { version: "1.0.0", dependencies: ["auth"] }\nexport const up = async () => {}',
  })
  expect(() => migration.metadata).toThrow('once code() has answered')
  await migration.code()
  expect(migration.metadata).toMatchObject({ version: '1.0.0', dependencies: [{ module: 'auth' }] })
})

it('knows without loading that there are no metadata', () => {
  const migration = migrationOf({ '001_a.mjs': 'throw new Error("not loaded")' })
  expect(migration.metadata).toMatchObject({ version: undefined, dependencies: [] })
})

it('points into exported metadata', async () => {
  const migration = migrationOf({
    '001_a.mjs':
      '// transactional\nexport const up = async () => {}\nexport const metadata = {\n  transactional: true,\n}\n',
  })
  await expect(migration.code()).rejects.toMatchObject({
    message: expect.stringContaining('"transactional" is no key of metadata.'),
    details: expect.objectContaining({ line: 4, column: 3 }),
  })
})

it('has a checksum that follows the source', () => {
  const sum = (text: string) => migrationOf({ '001_a.ts': text }).checksum
  expect(sum('export const up = 1\r\n')).toBe(sum('export const up = 1\n'))
  expect(sum('export const up = 2\n')).not.toBe(sum('export const up = 1\n'))
})
