import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BundledProgram, bundleProgram } from '@plataforma/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { folderOf } from '../src/source/folder.fixture.js'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const NO_STRIPPING = ['--no-experimental-strip-types']

let program: BundledProgram

beforeAll(async () => {
  program = await bundleProgram({
    entry: join(PACKAGE, 'test', 'load-code.program.ts'),
    packageFolder: PACKAGE,
    external: ['kysely', 'libpg-query', 'pg'],
  })
})

afterAll(() => program?.[Symbol.asyncDispose]())

/** What a process without any loader makes of a migration's files. */
async function load(files: Readonly<Record<string, string>>, flags: readonly string[] = []) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, program.path, folderOf(files)],
    { cwd: PACKAGE },
  )
  return JSON.parse(stdout)
}

const PLAIN = 'export async function up(db: unknown): Promise<void> {}'
const ENUM = `enum Colour { Red }\n${PLAIN}`

it('leaves TypeScript to Node', async () => {
  expect(await load({ 'vendas/001_a.ts': PLAIN })).toEqual({ exports: ['up'] })
})

it('says what to do where Node cannot', async () => {
  expect(await load({ 'vendas/001_a.ts': PLAIN }, NO_STRIPPING)).toEqual({
    code: 'PLT_MIGRATION_TS_UNSUPPORTED',
    message: expect.stringContaining('vendas/001_a.ts'),
    remedy: expect.stringContaining('Compile it'),
  })
})

it.each([
  ['an enum', { 'vendas/001_a.ts': ENUM }],
  [
    'a type imported as a value',
    { 'vendas/001_a.ts': `import { Row } from './1_parts/rows.ts'\nlet row: Row\n${PLAIN}` },
  ],
  ['an import without extension', { 'vendas/001_a.ts': `import './1_parts/rows'\n${PLAIN}` }],
  ['an import by the compiled name', { 'vendas/001_a.ts': `import './1_parts/rows.js'\n${PLAIN}` }],
])('says what to do with %s', async (_, files) => {
  expect(
    await load({ ...files, 'vendas/1_parts/rows.ts': 'export interface Row {}' }),
  ).toMatchObject({ code: 'PLT_MIGRATION_TS_UNSUPPORTED' })
})

it('does not blame TypeScript for what is missing', async () => {
  expect(await load({ 'vendas/001_a.ts': `import './nowhere.ts'\n${PLAIN}` })).toMatchObject({
    code: 'PLT_MIGRATION_INVALID',
    message: expect.stringContaining('nowhere.ts'),
  })
  expect(await load({ 'vendas/001_a.ts': 'export async function up( {' })).toMatchObject({
    code: 'PLT_MIGRATION_INVALID',
  })
})

it('takes what was compiled beside it where it cannot load the source', async () => {
  const compiled = {
    'vendas/001_a.mjs': 'export const up = async () => {}; export const down = up',
  }
  const exports = ['up', 'down']
  expect(await load({ 'vendas/001_a.ts': ENUM, ...compiled })).toEqual({ exports })
  expect(await load({ 'vendas/001_a.ts': PLAIN, ...compiled }, NO_STRIPPING)).toEqual({ exports })
  expect(await load({ 'vendas/001_a.ts': PLAIN, ...compiled })).toEqual({ exports: ['up'] })
})

it('imports by the loader that the process was started with', async () => {
  expect(await load({ 'vendas/001_a.ts': ENUM }, ['--import', 'tsx'])).toEqual({ exports: ['up'] })
})
