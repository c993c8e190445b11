import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { parseScript } from '../script/parse-script.js'
import { folderOf } from '../source/folder.fixture.js'
import { listMigrations } from '../source/list-migrations.js'
import { dbmate } from './dbmate.js'
import { diesel } from './diesel.js'
import { importMigrations } from './import-migrations.js'
import type { MigrationImporter } from './migration-importer.js'

/** What an import makes of the files of another tool. */
async function imported(
  importer: MigrationImporter,
  files: Readonly<Record<string, string>>,
  there: Readonly<Record<string, string>> = {},
) {
  const directory = folderOf(there)
  const from = folderOf(files)
  const report = await importMigrations({ importer, from, directory, module: 'vendas' })
  return {
    directory,
    report,
    texts: report.written.map(({ place }) => readFileSync(place, 'utf8')),
  }
}

const DBMATE = {
  '20240101120000_create_users.sql':
    '-- migrate:up\ncreate table users (id int);\n\n-- migrate:down\ndrop table users;\n',
  '20240102120000_index.sql':
    '-- a comment\n-- migrate:up transaction:false\ncreate index concurrently i on users (id)\n-- migrate:down transaction:false\ndrop index concurrently i;\n',
  '20240103120000_only_up.sql': '-- migrate:up\r\nselect 1;\r\n',
  'README.md': '',
}

it('brings in the files of dbmate', async () => {
  const { directory, report, texts } = await imported(dbmate, DBMATE)
  expect(
    report.written.map(({ name, hasDown, inTransaction }) => [name, hasDown, inTransaction]),
  ).toEqual([
    ['20240101120000_create_users', true, true],
    ['20240102120000_index', true, false],
    ['20240103120000_only_up', false, true],
  ])
  expect(report).toMatchObject({ isRenumbered: false, problems: [] })
  expect(texts).toEqual([
    '-- @metadata {}\n\ncreate table users (id int);\n\n-- @down\ndrop table users;\n',
    '-- @metadata {"transaction": false}\n\ncreate index concurrently i on users (id)\n\n-- @down\ndrop index concurrently i;\n',
    '-- @metadata {}\n\nselect 1;\n',
  ])
  const [, index] = listMigrations({ directory })
  expect(index?.metadata.transaction).toBe(false)
  const script = await parseScript({
    ...(index as { module: string; name: string; place: string }),
    text: index?.text ?? '',
  })
  expect([script.up.length, script.down?.length]).toEqual([1, 1])
})

it('brings in the folders of diesel in its order', async () => {
  const { report, texts } = await imported(diesel, {
    '00000000000000_diesel_initial_setup/up.sql': 'select 0;',
    '2018-01-02-000000_b/up.sql': 'select 2;',
    '2018-01-02-000000_b/down.sql': '-- nothing\n',
    '20180101000000_a/up.sql': 'select 1;',
    '20180101000000_a/down.sql': 'select -1;',
    '20180101000000_a/metadata.toml': '# why\nrun_in_transaction = false\n',
    'README/up.sql': '',
  })
  expect(report.written.map(({ name }) => name)).toEqual([
    '00000000000000_diesel_initial_setup',
    '20180101000000_a',
    '20180102000000_b',
  ])
  expect(texts).toEqual([
    '-- @metadata {}\n\nselect 0;\n',
    '-- @metadata {"transaction": false}\n\nselect 1;\n\n-- @down\nselect -1;\n',
    '-- @metadata {}\n\nselect 2;\n\n-- @down\n-- nothing\n',
  ])
})

it('numbers anew where the tool orders otherwise than by number', async () => {
  const { report } = await imported(dbmate, {
    '10_a.sql': '-- migrate:up\nselect 1;',
    '9_b.sql': '-- migrate:up\nselect 2;',
  })
  expect(report.isRenumbered).toBe(true)
  expect(report.written.map(({ name }) => name)).toEqual(['001_a', '002_b'])
})

it('tells what has to be changed by hand', async () => {
  const { report } = await imported(dbmate, {
    '1_a.sql': '-- migrate:up\nbegin;\nselect 1;\ncommit;',
    '2_b.sql': '-- migrate:up\nselect 1;',
  })
  expect(report.written).toHaveLength(2)
  expect(report.problems).toEqual([
    expect.objectContaining({
      code: 'PLT_MIGRATION_INVALID',
      message: expect.stringContaining('001_a.sql:3:1'.replace('001', '1')),
    }),
  ])
})

it('writes nothing where a number is taken', async () => {
  const there = { 'vendas/20240102120000_mine.sql': 'select 1;' }
  const directory = folderOf(there)
  const from = folderOf(DBMATE)
  await expect(
    importMigrations({ importer: dbmate, from, directory, module: 'vendas' }),
  ).rejects.toMatchObject({
    code: 'PLT_MIGRATION_DUPLICATE',
    message: expect.stringContaining('20240102120000_mine.sql'),
  })
  expect(readdirSync(join(directory, 'vendas'))).toEqual(
    Object.keys(there).map((file) => basename(file)),
  )
})

it('does not import twice', async () => {
  const directory = folderOf({})
  const from = folderOf(DBMATE)
  const again = () => importMigrations({ importer: dbmate, from, directory, module: 'vendas' })
  await again()
  await expect(again()).rejects.toMatchObject({ code: 'PLT_MIGRATION_DUPLICATE' })
})

it.each([
  ['an empty folder', dbmate, {}],
  ['the layout of another tool', diesel, DBMATE],
])('finds nothing in %s', async (_, importer, files) => {
  await expect(imported(importer, files)).rejects.toMatchObject({ code: 'PLT_MIGRATION_NOT_FOUND' })
})

it('refuses a file without the block that dbmate runs', async () => {
  await expect(imported(dbmate, { '1_a.sql': 'select 1;' })).rejects.toMatchObject({
    code: 'PLT_MIGRATION_INVALID',
    message: expect.stringContaining('migrate:up'),
  })
})

it('what was empty does not count as not written', async () => {
  const { directory, texts } = await imported(diesel, {
    '2024-01-01-120000_nothing/up.sql': '\n',
    '2024-01-01-120000_nothing/down.sql': '',
  })
  expect(texts).toEqual(['-- @metadata {}\n\n-- Empty where it came from.\n\n-- @down\n'])
  expect(listMigrations({ directory }).map(({ isUnwritten }) => isUnwritten)).toEqual([false])
})
