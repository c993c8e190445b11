import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundleProgram, startProgram, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Document } from './document.js'

const run = promisify(execFile)
const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const folder = fromHere(`../../.cache/documentation-runs-${process.pid}/`)
const documents = Document.all()

/** What examples import from beside them. */
const COMPANIONS = [
  fromHere('cliente.ts'),
  fromHere('my-source.ts'),
  fromHere('../../../core/examples/slow-statements.ts'),
]

const CONFIG = JSON.stringify({
  extends: '../../../../../tsconfig.base.json',
  compilerOptions: { noUnusedLocals: false },
  include: ['*.ts'],
})

interface Example {
  /** The document and the number of the block in it. */
  readonly name: string
  readonly code: string
  /** The package in which its imports are looked for. */
  readonly home: string
}

/** Its blocks are one program. */
const GUIDE = 'docs/guide.md'

const examples = documents.flatMap((document) => {
  const { path } = document
  const blocks = document.code('ts')
  const programs = path === GUIDE ? [blocks.join('\n')] : blocks
  return programs.map((code, index): Example => {
    const [, home = 'database-system'] = /^packages\/([^/]+)/.exec(path) ?? []
    return { name: `${path.replaceAll('/', '-')}-${index + 1}`, code, home }
  })
})

/** The first of a document. */
function example(path: string): string {
  return examples.find(({ name }) => name === `${path.replaceAll('/', '-')}-1`)?.code ?? ''
}

beforeAll(() => mkdir(folder, { recursive: true }))
afterAll(() => rm(folder, { recursive: true }))

/** What the compiler says of examples of one package. */
async function compile(together: readonly Example[]): Promise<string> {
  const [{ home, name } = { home: '', name: '' }] = together
  await using cleaning = new AsyncDisposableStack()
  const project = fromHere(`../../../${home}/.cache/documentation-${process.pid}/${name}`)
  await mkdir(project, { recursive: true })
  cleaning.defer(() => rm(dirname(project), { recursive: true }))
  await writeFile(join(project, 'tsconfig.json'), CONFIG)
  for (const file of COMPANIONS) {
    const name = basename(file, '.ts')
    if (together.some(({ code }) => code.includes(`'./${name}.js'`))) {
      await copyFile(file, join(project, `${name}.ts`))
    }
  }
  for (const one of together) await writeFile(join(project, `${one.name}.ts`), one.code)
  const tsc = join(
    dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
    'bin/tsc',
  )
  const { stdout } = await run(process.execPath, [tsc, '-p', project]).catch(
    (error: { stdout: string }) => error,
  )
  return stdout
}

describe('the examples of the documents', () => {
  // What one of them registers would hold in all that are compiled with it.
  const [registering, others] = [
    examples.filter(({ code }) => code.includes('declare module')),
    examples.filter(({ code }) => !code.includes('declare module')),
  ]

  const homes = Map.groupBy(others, ({ home }) => home)
  const projects = [...homes.values(), ...registering.map((one) => [one])]

  it.each(projects.map((together) => [together.map(({ name }) => name).join(), together] as const))(
    'compile: %s',
    { timeout: 60_000 },
    async (_, together) => {
      expect(await compile(together)).toBe('')
    },
  )

  it('need no syntax that the oldest Node.js of the packages has not', () => {
    const newer = examples.filter(({ name, code }) => {
      return !name.includes('testkit') && /^\s*(await )?using /m.test(code)
    })
    expect(newer.map(({ name }) => name)).toEqual([])
  })

  it.each([
    ['README.md', "nome: 'João Silva'"],
    ['packages/migrations/README.md', 'vendas 001_create_clientes'],
    ['README.pt-BR.md', "nome: 'João Silva'"],
    ['packages/core/README.md', "nome: 'João Silva'"],
    ['packages/database-system/README.md', "nome: 'João Silva'"],
    ['packages/pool/README.md', 'vendas 0 0.00'],
    [GUIDE, "centavos: '1990'"],
  ])('run: the first of %s', async (path, printed) => {
    const cwd = join(folder, path.replaceAll('/', '-'))
    const file = join(cwd, 'main.ts')
    await mkdir(cwd, { recursive: true })
    await writeFile(file, example(path))
    for (const [name, text] of new Document(path).files) {
      await mkdir(join(cwd, dirname(name)), { recursive: true })
      await writeFile(join(cwd, name), text)
    }
    await using database = await testDatabase()
    const { stdout, stderr } = await run(
      process.execPath,
      ['--import=tsx', '--conditions=plataforma-source', file],
      {
        cwd,
        env: {
          ...process.env,
          DATABASE_URL: database.connectionString,
          PLATAFORMA_SECRET: 'a secret of sixteen characters or more',
        },
        timeout: 60_000,
      },
    )
    expect(stdout).toContain(printed)
    expect(stderr).toBe('')
  })

  it('run: the migrations of README.md', async () => {
    const document = new Document('README.md')
    const commands = document
      .code('bash')
      .flatMap((code) => [...code.matchAll(/^npx plataforma (.*?)(?: +#.*)?$/gm)])
      .map(([, args = '']) => args)
    expect(commands).toEqual(['migrate up', 'codegen'])
    const cwd = join(folder, 'migrations-of-readme')
    for (const [name, text] of document.files) {
      await mkdir(join(cwd, dirname(name)), { recursive: true })
      await writeFile(join(cwd, name), text)
    }
    await using database = await testDatabase()
    const env = { DATABASE_URL: database.connectionString }
    await using program = await bundleProgram({
      entry: fromHere('../../src/command/main.ts'),
      // Where the generator of types is found.
      packageFolder: fromHere('../../../migrations'),
      external: ['jiti', 'kysely', 'kysely-codegen', 'libpg-query', 'pg'],
    })
    for (const args of [...commands, 'migrate down estoque']) {
      const { ended } = startProgram(program.path, args.split(' '), { cwd, env })
      expect(await ended).toMatchObject({
        exitCode: 0,
        stderr: expect.not.stringContaining('plataforma:'),
      })
      const types = await readFile(join(cwd, 'generated/database/estoque.ts'), 'utf8')
      expect(types.includes('nome: string')).toBe(!args.includes('down'))
    }
  })
})

it.each(documents.map((document) => [document.path, document] as const))(
  'the links of %s lead somewhere',
  (_, document) => {
    expect(document.links.filter((link) => !document.leadsTo(link))).toEqual([])
  },
)

describe('the README in Portuguese', () => {
  const [english, portuguese] = [new Document('README.md'), new Document('README.pt-BR.md')]

  it('has the sections, tables and links of the English one', () => {
    const shape = (document: Document) => ({
      headings: document.headings.length,
      rows: document.text.match(/^\|/gm)?.length,
      files: document.files.map(([name]) => name),
      links: document.links
        .map((link) => (link.startsWith('#') ? '#' : link.replace('README.pt-BR.md', 'README.md')))
        .sort(),
    })
    expect(shape(portuguese)).toEqual(shape(english))
  })

  it.each(['ts', 'bash', 'sql'])('has its code, comments and texts aside: %s', (language) => {
    const bare = (code: string) => code.replace(/(\/\/|#).*$/gm, '').replace(/'.*?'/g, "''")
    const [ours, theirs] = [portuguese.code(language), english.code(language)]
    expect(theirs).not.toEqual([])
    expect(ours.map(bare)).toEqual(theirs.map(bare))
  })
})

it('CONTRIBUTING.md tells of every folder of core', () => {
  const table = new Document('CONTRIBUTING.md').text
  const told = [...table.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, folder]) => folder)
  const core = fromHere('../../../core/src')
  const folders = readdirSync(core, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(told.sort()).toEqual(folders.map(({ name }) => name).sort())
})
