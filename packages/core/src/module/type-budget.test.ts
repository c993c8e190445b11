import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const MODULES = 25
const TABLES = 20

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = join(root, 'node_modules', '.type-budget')

const modules = Array.from({ length: MODULES }, (_, module) => {
  const tables = Array.from(
    { length: TABLES },
    (_, table) => `    t${table}: {
      id: Generated<string>; organization_id: Generated<string>; nome: string
      email: string | null; numero: number; ativo: Generated<boolean>
      valor: ColumnType<string, string | number, string | number>
      created_at: ColumnType<Date, Date | string | undefined, Date | string>; m${module}: string | null
    }`,
  )
  return `  m${module}: {\n${tables.join('\n')}\n  }`
})

const head = `import type { ColumnType, Generated, Kysely } from 'kysely'
import type { ModuleDatabase } from '${relative(directory, join(root, 'src/module/module-database.js'))}'
export interface Modules {
${modules.join('\n')}
}
export declare const kysely: { [M in keyof Modules]: Kysely<Modules[M]> }
export declare const modules: { [M in keyof Modules]: ModuleDatabase<Modules[M]> }
`

const each = (statement: (module: string, table: string) => string): string =>
  Array.from({ length: MODULES }, (_, n) => statement(`m${n}`, `t${n % TABLES}`)).join('\n')

const shapes = {
  select: {
    kysely: each(
      (m, t) => `kysely.${m}.selectFrom('${t}').select(['id', 'nome', 'valor'])
        .where('nome', 'ilike', '%a%').where('email', 'is not', null).where('numero', '>', 5)
        .orderBy('created_at', 'desc').limit(10).execute().then((rows) => rows[0]?.valor)`,
    ),
    ours: each(
      (m, t) => `modules.${m}.select('${t}', { columns: ['id', 'nome', 'valor'],
        where: { nome: { $ilike: '%a%' }, email: { $ne: null }, numero: { $gt: 5 } },
        orderBy: [{ column: 'created_at', direction: 'desc' }], limit: 10,
      }).then((rows) => rows[0]?.valor)`,
    ),
  },
  insert: {
    kysely: each(
      (m, t) => `kysely.${m}.insertInto('${t}').values([{ nome: 'a', numero: 1, valor: 5 }])
        .returningAll().execute().then((rows) => rows[0]?.valor)`,
    ),
    ours: each(
      (m, t) => `modules.${m}.insert('${t}', [{ nome: 'a', numero: 1, valor: 5 }])
        .then((rows) => rows[0]?.valor)`,
    ),
  },
  update: {
    kysely: each(
      (m, t) => `kysely.${m}.updateTable('${t}').set({ nome: 'a', valor: 5 }).where('id', '=', 'x')
        .returning(['id', 'valor']).execute().then((rows) => rows[0]?.valor)`,
    ),
    ours: each(
      (m, t) => `modules.${m}.update('${t}', { nome: 'a', valor: 5 },
        { where: { id: 'x' }, returning: ['id', 'valor'] }).then((rows) => rows[0]?.valor)`,
    ),
  },
} as const

beforeAll(() => mkdir(directory, { recursive: true }))
afterAll(() => rm(directory, { recursive: true, force: true }))

/** How many types the compiler makes for a file. */
async function instantiations(name: string, body: string): Promise<number> {
  await writeFile(join(directory, `${name}.ts`), head + body)
  const config = {
    extends: relative(directory, join(root, 'tsconfig.json')),
    compilerOptions: { typeRoots: [join(root, '../../node_modules/@types')] },
    include: [`${name}.ts`],
  }
  await writeFile(join(directory, `${name}.json`), JSON.stringify(config))
  const tsc = join(root, '../../node_modules/typescript/bin/tsc')
  const options = ['-p', join(directory, `${name}.json`), '--extendedDiagnostics']
  const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...options])
  return Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1])
}

test.each(Object.keys(shapes) as (keyof typeof shapes)[])(
  'a typical %s costs the compiler at most twice what Kysely’s own costs',
  async (shape) => {
    const empty = await instantiations('empty', 'export {}')
    const kysely = (await instantiations(`${shape}-kysely`, shapes[shape].kysely)) - empty
    const ours = (await instantiations(`${shape}-ours`, shapes[shape].ours)) - empty
    console.info(
      `${shape}: ${kysely} with Kysely, ${ours} with modules, ${(ours / kysely).toFixed(2)}x`,
    )
    expect(kysely).toBeGreaterThan(1_000)
    expect(ours / kysely).toBeLessThanOrEqual(2)
  },
  120_000,
)
