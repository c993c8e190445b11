import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { generateTypes } from './generate-types.js'
import { type ModuleSystem, moduleSystem } from './module-system.fixture.js'
import { RICH_SCHEMA } from './rich-schema.fixture.js'
import { verifyTypes } from './verify-types.js'

const VENDAS = { module: 'vendas', schema: 'module_vendas' }
const OTHER = { module: 'outro', schema: 'module_outro' }

let system: ModuleSystem
let outDir: string

beforeAll(async () => {
  system = await moduleSystem(RICH_SCHEMA)
})

afterAll(() => system[Symbol.asyncDispose]())

beforeEach(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'row-types-'))
})

afterEach(() => rm(outDir, { recursive: true, force: true }))

const database = () => system.database.admin.db
const generate = (modules = [VENDAS]) => generateTypes(database(), { modules, outDir })
const verify = (modules = [VENDAS]) => verifyTypes(database(), { modules, outDir })
const text = (file: string) => readFile(join(outDir, file), 'utf8')

describe('generated files', () => {
  it('are what they are, whoever the administrator is and on every server', async () => {
    await generate()
    expect(await text('vendas.ts')).toMatchSnapshot()
    expect(await text('index.ts')).toMatchSnapshot()
  })

  it('tell the modules to the system where that is asked for', async () => {
    const modules = [VENDAS, { module: 'index', schema: 'module_index' }]
    const report = await generateTypes(database(), { modules, outDir, register: true })
    expect(report).toEqual({
      directory: outDir,
      files: ['vendas.ts', 'index-module.ts', 'index.ts'],
      written: ['vendas.ts', 'index-module.ts', 'index.ts'],
      removed: [],
    })
    expect(await text('index.ts')).toMatchSnapshot()
  })

  it('are written only where they change', async () => {
    await generate()
    const before = await stat(join(outDir, 'vendas.ts'))
    expect((await generate()).written).toEqual([])
    expect((await stat(join(outDir, 'vendas.ts'))).ino).toBe(before.ino)
    expect((await generate([VENDAS, OTHER])).written).toEqual(['outro.ts', 'index.ts'])
    expect(await readdir(outDir)).toEqual(['index.ts', 'outro.ts', 'vendas.ts'])
  })

  it('count as unchanged with the line ends of another system', async () => {
    await generate()
    await writeFile(join(outDir, 'vendas.ts'), (await text('vendas.ts')).replaceAll('\n', '\r\n'))
    expect(await verify()).toEqual([])
    expect((await generate()).written).toEqual([])
  })

  it('of modules that are gone are removed, files of others never', async () => {
    await generate([VENDAS, OTHER])
    await writeFile(join(outDir, 'mine.ts'), 'export const mine = 1\n')
    await writeFile(join(outDir, 'notes.txt'), 'x')
    expect((await generate()).removed).toEqual(['outro.ts'])
    expect(await readdir(outDir)).toEqual(['index.ts', 'mine.ts', 'notes.txt', 'vendas.ts'])
  })

  it('never take the place of a file that was not generated', async () => {
    await writeFile(join(outDir, 'vendas.ts'), 'export const mine = 1\n')
    await expect(generate()).rejects.toMatchObject({
      code: 'PLT_TYPES_FAILED',
      message: expect.stringContaining('vendas.ts was not generated'),
    })
    expect(await text('vendas.ts')).toBe('export const mine = 1\n')
  })

  it('that cannot be written are a typed error, and nothing is left behind', async () => {
    const file = join(outDir, 'file')
    await writeFile(file, '')
    await expect(
      generateTypes(database(), { modules: [VENDAS], outDir: join(file, 'below') }),
    ).rejects.toMatchObject({ code: 'PLT_TYPES_FAILED', cause: { code: 'ENOTDIR' } })
    // The rename fails, which nobody's privileges change.
    await mkdir(join(outDir, 'vendas.ts'))
    await expect(generate()).rejects.toMatchObject({ code: 'PLT_TYPES_FAILED' })
    await rm(join(outDir, 'vendas.ts'), { recursive: true })
    expect(await readdir(outDir)).toEqual(['file'])
  })

  it('do not depend on the order in which modules are given', async () => {
    await generate([VENDAS, OTHER])
    expect((await generate([OTHER, VENDAS])).written).toEqual([])
  })
})

describe('verifying', () => {
  it('finds nothing where all is right, and writes nothing', async () => {
    await generate()
    expect(await verify()).toEqual([])
    await rm(join(outDir, 'index.ts'))
    expect(await verify()).toMatchObject([{ file: 'index.ts', kind: 'missing' }])
    expect(await readdir(outDir)).toEqual(['vendas.ts'])
  })

  it('shows what changed as a unified diff', async () => {
    await generate([VENDAS, OTHER])
    await system.database.admin.db.transaction().execute(async (trx) => {
      await sql`set local role ${sql.id(await owner())}`.execute(trx)
      await sql`alter table module_vendas.eventos add column novo int`.execute(trx)
    })
    const differences = await verify()
    expect(differences.map(({ file, kind }) => [file, kind])).toEqual([
      ['vendas.ts', 'changed'],
      ['index.ts', 'changed'],
      ['outro.ts', 'stale'],
    ])
    const path = relative('.', join(outDir, 'vendas.ts'))
    expect(differences[0]?.diff).toBe(`--- a/${path}
+++ b/${path}
@@ -70,8 +70,9 @@
 }
 
 export interface Eventos {
   dia: CalendarDate;
+  novo: number | null;
   texto: string | null;
 }
 
 export interface Filho {
`)
    expect(differences[2]?.diff).toContain('+++ /dev/null')
    await generate()
    expect(await verify()).toEqual([])
  })
})

async function owner(): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select pg_get_userbyid(nspowner) as name from pg_namespace where nspname = 'module_vendas'
  `.execute(database())
  return rows[0]?.name ?? ''
}
