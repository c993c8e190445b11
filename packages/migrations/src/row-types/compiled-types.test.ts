import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CompileFolder, compileFolder } from './compile.fixture.js'
import { generateTypes } from './generate-types.js'
import { type ModuleSystem, moduleSystem, TENANT } from './module-system.fixture.js'
import { RICH_SCHEMA } from './rich-schema.fixture.js'

const MODULES = [{ module: 'vendas', schema: 'module_vendas' }]

/** Types with what is given for them: by our verbs, as text where `read` has no other value. */
const VALUES: readonly (readonly [type: string, given: unknown])[] = [
  ['bool', true],
  ['int2', 1],
  ['int4', -5],
  ['int8', 9007199254740993n],
  ['oid', 7],
  ['float4', 1.5],
  ['float8', Number.NaN],
  ['numeric(12, 2)', '12.50'],
  ['money', '12.50'],
  ['text', 'a'],
  ['varchar(9)', 'a'],
  ['char(3)', 'a'],
  ['"char"', 'a'],
  ['name', 'a'],
  ['uuid', TENANT],
  ['date', '2024-02-29'],
  ['time', '12:00:00'],
  ['timetz', '12:00:00+00'],
  ['timestamp', new Date(0)],
  ['timestamptz', new Date(0)],
  ['interval', '1 day 02:00:00'],
  ['bytea', Buffer.from('a')],
  ['bit(3)', '101'],
  ['varbit', '101'],
  ['json', { a: [1, null] }],
  ['jsonb', 'text'],
  ['xml', '<a/>'],
  ['inet', '10.0.0.1'],
  ['cidr', '10.0.0.0/8'],
  ['macaddr', '08:00:2b:01:02:03'],
  ['point', { x: 1, y: 2 }],
  ['line', '{1,2,3}'],
  ['lseg', '[(0,0),(1,1)]'],
  ['box', '(1,1),(0,0)'],
  ['path', '((0,0),(1,1))'],
  ['polygon', '((0,0),(1,1))'],
  ['circle', '<(1,2),3>'],
  ['tsvector', 'a b'],
  ['tsquery', 'a & b'],
  ['int4range', '[1,5)'],
  ['tstzmultirange', '{}'],
  ['regclass', 'pg_class'],
  ['situacao', 'paga'],
  ['email', 'a@b'],
  ['centavos', '5'],
  ['data_util', '2024-02-29'],
  ['etiquetas', ['a', null]],
  ['endereco', '(Rua,5)'],
  ['faixa', '[1,2)'],
  ['bool[]', [true, null]],
  ['int4[]', [1, null]],
  [
    'int4[][]',
    [
      [1, null],
      [2, 3],
    ],
  ],
  ['int8[]', ['1', null]],
  ['int8[][]', [['1'], [null]]],
  ['float8[]', [1.5, null]],
  ['numeric[]', [1.5, null]],
  ['text[]', ['a', null]],
  ['char(3)[]', ['abc', null]],
  ['name[]', ['a', null]],
  ['uuid[]', [TENANT, null]],
  ['date[]', ['2024-02-29', null]],
  ['time[]', ['12:00:00', null]],
  ['timestamptz[]', [new Date(0), null]],
  ['interval[]', ['1 day', null]],
  ['bytea[]', [Buffer.from('a'), null]],
  ['bit(3)[]', ['101', null]],
  ['json[]', [{ a: 1 }, null]],
  ['jsonb[]', [[1], null]],
  ['xml[]', ['<a/>', null]],
  ['inet[]', ['10.0.0.1', null]],
  ['macaddr[]', ['08:00:2b:01:02:03', null]],
  ['money[]', ['$1.00', null]],
  ['point[]', [{ x: 1, y: 2 }, null]],
  ['circle[]', ['<(1,2),3>', null]],
  ['box[]', ['(1,1),(0,0)', null]],
  ['int4range[]', ['[1,5)', null]],
  ['numrange[]', ['[1,5)', null]],
  ['situacao[]', ['paga', null]],
  ['email[]', ['a@b', null]],
  ['centavos[]', ['5', null]],
  ['data_util[]', ['2024-02-29', null]],
  ['endereco[]', ['(Rua,5)', null]],
  ['faixa[]', ['[1,2)', null]],
]

const EVERY_TYPE = `create table tipos (id int primary key default 1, ${VALUES.map(
  ([type], n) => `c${n} ${type} not null`,
).join(', ')});
create table nulos (id int primary key default 1, ${VALUES.map(([type], n) => `c${n} ${type}`).join(
  ', ',
)});`

let system: ModuleSystem
let folder: CompileFolder

beforeAll(async () => {
  system = await moduleSystem(RICH_SCHEMA + EVERY_TYPE)
  folder = await compileFolder()
  const report = await generateTypes(system.database.admin.db, {
    modules: MODULES,
    outDir: join(folder.path, 'generated'),
    register: true,
  })
  expect(report.written).toEqual(['vendas.ts', 'index.ts'])
})

afterAll(async () => {
  await folder[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

/** A value as an expression of TypeScript whose type is that of the value. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof Date) return `new Date(${value.getTime()})`
  if (Buffer.isBuffer(value)) return `Buffer.from('${value.toString('hex')}', 'hex')`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object')
    return typeof value === 'string' ? JSON.stringify(value) : `${value}`
  const own = Object.entries(value).map(([key, one]) => `${key}: ${literal(one)}`)
  const methods = ['toPostgres', 'toISO', 'toISOString']
    .filter((name) => typeof Reflect.get(value, name) === 'function')
    .map((name) => `${name}: () => ''`)
  return `{ ${[...own, ...methods].join(', ')} }`
}

function rowLiteral(row: Readonly<Record<string, unknown>>): string {
  return `{\n${Object.entries(row)
    .map(([name, value]) => `  ${name}: ${literal(value)},`)
    .join('\n')}\n}`
}

async function compileWith(program: string): Promise<string> {
  await writeFile(join(folder.path, 'program.ts'), program)
  return (await folder.compile()).output
}

describe('types are those of values at run time', () => {
  it('of what is inserted and read, by verbs and by Kysely', async () => {
    const given = Object.fromEntries(VALUES.map(([, value], n) => [`c${n}`, value]))
    const vendas = system.database.module('vendas')
    const [read, alsoRead] = await system.database.withContext({ tenantId: TENANT }, async () => {
      await vendas.insert('tipos', [given])
      return [
        (await vendas.select('tipos'))[0] ?? {},
        (await vendas.db.selectFrom('tipos').selectAll().execute())[0] ?? {},
      ]
    })
    const typesOf = (row: object) =>
      Object.entries(row).map(([name, value]) => [name, typeof value])
    expect(typesOf(read)).toEqual(typesOf(alsoRead))
    const lines = VALUES.flatMap(([type], n) => {
      // JSON may be anything; the whole row is compiled too.
      if (['json', 'jsonb'].includes(type)) return []
      const value = (read as Record<string, unknown>)[`c${n}`]
      return `{ const c${n}: Row['c${n}'] = ${literal(value)} // ${type}\n
        const exact: Exact<Row['c${n}'], ${kindOf(value)}> = true; void [c${n}, exact] }`
    })
    expect(
      await compileWith(`
import type { Insertable, Selectable } from 'kysely'
import type { ModuleDatabase } from '@plataforma/core'
import type { Modules } from './generated/index.js'
type Row = Selectable<Modules['vendas']['tipos']>
// Arrays and scalars that JavaScript tells apart by typeof are of one kind only.
type Kind<T> = T extends string ? 'string' : T extends number ? 'number' : T extends boolean
  ? 'boolean' : T extends readonly unknown[] ? 'array' : T extends Date ? 'Date'
  : T extends Buffer ? 'Buffer' : 'object'
type Exact<T, K> = unknown extends T ? 'unknown' : [Kind<T>] extends [K] ? true : Kind<T>
${lines.join('\n')}
export const row: Row = ${rowLiteral(read)}
export const inserted: Insertable<Modules['vendas']['tipos']> = ${rowLiteral(given)}
declare const vendas: ModuleDatabase<Modules['vendas']>
export const promise = vendas.insert('tipos', [${rowLiteral(given)}])
export const empty = vendas.insert('nulos', [{}])
`),
    ).toBe('')
  })
})

function kindOf(value: unknown): string {
  if (value instanceof Date) return `'Date'`
  if (Buffer.isBuffer(value)) return `'Buffer'`
  if (Array.isArray(value)) return `'array'`
  return `'${typeof value}'`
}

describe('types refuse what PostgreSQL refuses', () => {
  it('in Kysely, in verbs and through Register', async () => {
    expect(
      await compileWith(`
import type { Kysely } from 'kysely'
import type { ModuleDatabase } from '@plataforma/core'
import { createPlatformaDatabaseSystem } from '@plataforma/database-system'
import type { Modules } from './generated/index.js'
declare const db: Kysely<Modules['vendas']>
declare const vendas: ModuleDatabase<Modules['vendas']>
const pedido = { cliente_id: 'x', valor: 5, big: 5n, doc: [1] }

export const right = [
  db.insertInto('pedidos').values(pedido),
  db.insertInto('pedidos').values({ ...pedido, numero: 1, serie: 2, criado: new Date(), doc_nulo: null }),
  db.insertInto('clientes').values({ nome: 'a' }),
  db.insertInto('clientes').values({ nome: 'a', 'nome-social': null, situacao: 'it\\'s "odd"' }),
  db.insertInto('2024').values({ x: 1 }),
  db.insertInto('Ação de venda').values({ 'a b': 1, class: 2 }),
  db.updateTable('pedidos').set({ valor: '5', criado: '2024-01-01', numero: 7 }),
  db.selectFrom('resumo').select(['cliente_id', 'total']).where('total', '>', '5'),
  db.selectFrom('por_dia').selectAll(),
  db.selectFrom('eventos').where('dia', '=', '2024-05-05').selectAll(),
  vendas.insert('pedidos', [pedido]),
  vendas.insert('clientes', [{ nome: 'a' }]),
  vendas.update('pedidos', { valor: '5' }, { where: { id: 1, situacao: undefined as never } as { id: number } }),
  vendas.select('resumo', { where: { cliente_id: 'x' } }),
]

export const wrong = [
  // @ts-expect-error: generated always as identity
  db.insertInto('pedidos').values({ ...pedido, id: 1 }),
  // @ts-expect-error: generated always
  db.insertInto('pedidos').values({ ...pedido, dobro: 1 }),
  // @ts-expect-error: generated always as identity
  db.updateTable('pedidos').set({ id: 1 }),
  // @ts-expect-error: generated always
  db.updateTable('pedidos').set({ dobro: '1' }),
  // @ts-expect-error: not null without default
  db.insertInto('pedidos').values({ cliente_id: 'x', valor: 5, big: 5n }),
  // @ts-expect-error: not null without default
  db.insertInto('clientes').values({}),
  // @ts-expect-error: null in a column that is not null
  db.insertInto('clientes').values({ nome: null }),
  // @ts-expect-error: no label
  db.insertInto('clientes').values({ nome: 'a', situacao: 'outra' }),
  // @ts-expect-error: a view
  db.insertInto('resumo').values({ cliente_id: 'x' }),
  // @ts-expect-error: a view
  vendas.insert('resumo', [{ cliente_id: 'x' }]),
  // @ts-expect-error: a view
  vendas.update('resumo', { cliente_id: 'x' }, { where: { total: '1' } }),
  // @ts-expect-error: a materialized view
  db.updateTable('por_dia').set({ dia: '2024-01-01' }),
  // @ts-expect-error: a partition is no table of its own
  db.selectFrom('eventos_2024').selectAll(),
  // @ts-expect-error: no such column
  db.selectFrom('clientes').select('nada'),
  // @ts-expect-error: generated always as identity
  vendas.insert('pedidos', [{ ...pedido, id: 1 }]),
  // @ts-expect-error: not null without default
  vendas.insert('pedidos', [{ cliente_id: 'x', valor: 5, big: 5n }]),
  // @ts-expect-error: generated always
  vendas.update('pedidos', { dobro: '5' }, { where: { id: 1 } }),
  // @ts-expect-error: no label
  vendas.insert('clientes', [{ nome: 'a', situacao: 'outra' }]),
]

export async function registered() {
  const system = createPlatformaDatabaseSystem({ connectionString: 'postgres://x' })
  const module = system.module('vendas')
  const rows = await module.select('clientes', { columns: ['nome'] })
  const name: string | undefined = rows[0]?.nome
  // @ts-expect-error: no such table
  await module.select('nada')
  return name
}
`),
    ).toBe('')
  })
})
