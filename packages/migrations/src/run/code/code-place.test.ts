import { realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { folderOf } from '../../source/folder.fixture.js'
import { checksumOf } from '../../source/normalised-text.js'
import { Migrated } from '../engine.fixture.js'
import { codePlace } from './code-place.js'

const HEAD = `import type { MigrationDatabase } from '@plataforma/migrations'
interface Row { readonly id: number }
export async function up(db: MigrationDatabase): Promise<void> {
`

describe('a migration in code that fails shows its line', () => {
  it.each([
    ['of what it throws', "  throw new TypeError('não')", 4],
    ['of what it throws after a query', '  await db.selectNoFrom([]).execute()\n  no()', 5],
    ['of a query', '  const rows: Row[] = []\n  await db.selectFrom("no").execute()', 5],
    [
      'of a query whose error it caught',
      '  try { await db.selectFrom("no").execute() } catch {}',
      4,
    ],
    [
      'of a query in a transaction of its own',
      '  await db.transaction().execute(async (trx) => {\n    await trx.schema.dropTable("no").execute()\n  })',
      5,
    ],
    [
      'of a statement that is refused',
      '\n\n  await db.executeQuery({ sql: "COMMIT", parameters: [], query: {} } as never)',
      6,
    ],
  ])('%s', async (_, code, line) => {
    await using migrated = await Migrated.make({ 'vendas/001_a.ts': `${HEAD}${code}\n}\n` })
    const place = join(migrated.directory, 'vendas/001_a.ts')
    const shown = `${HEAD}${code}`.split('\n')[line - 1]
    await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_FAILED',
      message: expect.stringMatching(new RegExp(`\n${place}:${line}:\\d+\n.*\n +\\| +\\^$`)),
      details: { file: place, line, column: expect.any(Number), migration: '001_a' },
    })
    await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
      message: expect.stringContaining(`\n${line} | ${shown}\n`),
    })
  })
})

const SOURCE = 'import x\r\nexport function up() {\r\n  fail()\r\n}\r\n'

function migrationIn(files: Readonly<Record<string, string>>) {
  const folder = folderOf(files)
  const checksum = checksumOf(SOURCE.replaceAll('\r', ''))
  return { folder, migration: { kind: 'code', place: join(folder, '001_a.ts'), checksum } as const }
}

function thrown(...frames: readonly string[]): Error {
  const error = new Error('no\n    at up (001_a.ts:1:1)')
  error.stack = [`Error: ${error.message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n')
  return error
}

it.each([
  ['a URL', (file: string) => `Module.up (${pathToFileURL(file).href}:3:3)`],
  ['a path', (file: string) => `Module.up (${file}:3:3)`],
  ['no function', (file: string) => `async ${pathToFileURL(file).href}:3:3`],
  ['a query', (file: string) => `up (${pathToFileURL(file).href}?loader=1:3:3)`],
])('a frame by %s', (_, frame) => {
  const { folder, migration } = migrationIn({ '001_a.ts': SOURCE })
  const file = join(realpathSync(folder), '001_a.ts')
  const error = thrown(`other (${folder}/other_001_a.ts:1:1)`, frame(file), `up (${file}:1:1)`)
  const source = { text: SOURCE.replaceAll('\r', ''), offset: SOURCE.indexOf('fail') - 2 }
  const place = { file: migration.place, line: 3, column: 3, source }
  expect(codePlace(error, migration)).toEqual(place)
  expect(codePlace(new Error('around', { cause: error }), migration)).toEqual(place)
})

it('finds the file behind a link', () => {
  const { folder } = migrationIn({ '001_a.ts': SOURCE })
  const link = join(folderOf({}), 'link')
  symlinkSync(folder, link)
  const migration = { kind: 'code', place: join(link, '001_a.ts'), checksum: 'other' } as const
  const error = thrown(`up (${pathToFileURL(join(realpathSync(folder), '001_a.ts')).href}:3:3)`)
  expect(codePlace(error, migration)).toMatchObject({ file: migration.place, line: 3 })
})

it('shows no text that is not the one that ran', () => {
  const { folder, migration } = migrationIn({ '001_a.ts': '// edited\n', '001_a.js': 'up()\n' })
  const at = (file: string) => thrown(`up (${join(folder, file)}:1:4)`)
  expect(codePlace(at('001_a.ts'), migration)).toMatchObject({ line: 1, source: undefined })
  expect(codePlace(at('001_a.js'), migration)).toMatchObject({
    file: join(folder, '001_a.js'),
    source: { text: 'up()\n', offset: 3 },
  })
  const beyond = thrown(`up (${join(folder, '001_a.js')}:7:1)`)
  expect(codePlace(beyond, migration)).toMatchObject({ line: 7, source: undefined })
})

it('finds nothing where no frame is of the file', () => {
  const { folder, migration } = migrationIn({ '001_a.ts': SOURCE })
  const ring = thrown(`up (${folder}/002_b.ts:1:1)`)
  ring.cause = ring
  for (const error of [ring, 'text', undefined, thrown()]) {
    expect(codePlace(error, migration)).toBeUndefined()
  }
  const sql = { ...migration, kind: 'sql' } as const
  expect(codePlace(thrown(`up (${migration.place}:3:3)`), sql)).toBeUndefined()
})
