import fc from 'fast-check'
import { CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { evaluateFilter } from '../../test/filter-oracle.js'
import { type TestModule, testModule } from '../../test/test-module.js'

const TENANT = '018f6f9e-8c5a-7d31-b0a4-000000000001'
const UUIDS = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'abc',
  'abd',
  'a%',
  'a_',
  'a\\',
  'á',
  'ção',
  'ÿz',
  '😀',
  '\u{10ffff}',
]
const DATES = ['2024-01-01T00:00:00.000Z', '2024-02-29T12:30:15.123Z', '1970-01-01T00:00:00.001Z']

let module: TestModule
let rows: Record<string, unknown>[]

beforeAll(async () => {
  module = await testModule()
  await sql`
    create table module_vendas.plain (
      id int primary key, n int, price numeric(10,2), big bigint, flag boolean,
      text text collate "C", uuid uuid, at timestamptz, tags text[], doc jsonb
    )`.execute(module.admin)
  await sql`grant all on module_vendas.plain to public`.execute(module.admin)
  const pick = <T>(values: readonly T[], index: number): T | null =>
    index % (values.length + 1) === values.length
      ? null
      : (values[index % (values.length + 1)] ?? null)
  rows = Array.from({ length: 120 }, (_, id) => ({
    id,
    n: pick([-1, 0, 1, 2147483647], id),
    price: pick(['-1.50', '0.00', '99.99'], id),
    big: pick(['0', '9007199254740993', '-9223372036854775808'], id * 7),
    flag: pick([true, false], id),
    text: pick(TEXTS, id),
    uuid: pick(UUIDS, id),
    at: pick(
      DATES.map((date) => new Date(date)),
      id,
    ),
    tags: pick([[], ['a'], ['a', 'b'], ['b', 'NULL', '"']], id),
    doc: pick([{ a: 1 }, [1, 2], 'text', false], id),
  }))
  await module.vendas.insert('plain', rows)
  await module.vendas.createTable('protected', [
    { name: 'id', type: 'INTEGER', primaryKey: true },
    { name: 'organization_id', type: 'UUID' },
    { name: 'text', type: 'TEXT' },
  ])
  await module.asTenant(TENANT, () =>
    module.vendas.insert(
      'protected',
      rows.map(({ id, text }) => ({ id, text })),
    ),
  )
})
afterAll(() => module[Symbol.asyncDispose]())

/** One operator, seldom two. */
const operators = <T>(value: fc.Arbitrary<T>, more: Record<string, fc.Arbitrary<unknown>> = {}) => {
  const list = fc.array(fc.option(value, { freq: 3 }), { maxLength: 4 })
  const nullable = fc.option(value, { freq: 3 })
  const all: Record<string, fc.Arbitrary<unknown>> = {
    $eq: nullable,
    $ne: nullable,
    $in: list,
    $nin: list,
    $isNull: fc.boolean(),
    ...more,
  }
  const one = fc.oneof(
    ...Object.entries(all).map(([name, arbitrary]) => arbitrary.map((v) => ({ [name]: v }))),
  )
  return fc.oneof(
    { weight: 4, arbitrary: one },
    fc.tuple(one, one).map(([x, y]) => ({ ...x, ...y })),
  )
}

const ordered = <T>(value: fc.Arbitrary<T>) => ({
  $gt: value,
  $gte: value,
  $lt: value,
  $lte: value,
  $between: fc.tuple(value, value),
})

const column = <T>(value: fc.Arbitrary<T>, more: Record<string, fc.Arbitrary<unknown>> = {}) => {
  const some = operators(value, more)
  const negated = some.map(($not) => ({ $not }))
  return fc.oneof({ weight: 3, arbitrary: some }, negated, fc.option(value))
}

const number = fc.constantFrom(-2, -1, 0, 1, 2147483647)
const text = fc.constantFrom(...TEXTS, 'zz')
const pattern = fc
  .array(fc.constantFrom('a', 'A', 'b', 'á', '%', '_', '\\%', '\\\\', '😀', '\u{10ffff}'))
  .map((parts) => parts.join(''))
const tags = fc.array(fc.constantFrom('a', 'b', 'NULL', '"', 'x'), { maxLength: 3 })

const columns = {
  n: column(number, ordered(number)),
  price: column(fc.constantFrom('-1.5', 0, '99.99', 5), ordered(fc.constantFrom(0, '99.99'))),
  big: column(fc.constantFrom(0n, 9007199254740993n, '-9223372036854775808')),
  flag: column(fc.boolean()),
  text: column(text, { ...ordered(text), $like: pattern, $ilike: pattern }),
  uuid: column(fc.constantFrom(...UUIDS)),
  at: column(
    fc.constantFrom(...DATES.map((date) => new Date(date))),
    ordered(fc.constantFrom(...DATES.map((date) => new Date(date)))),
  ),
}

const leaf: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  ...Object.entries(columns).map(([name, arbitrary]) => arbitrary.map((v) => ({ [name]: v }))),
  ...['$contains', '$containedBy', '$overlaps'].map((operator) =>
    tags.map((value) => ({ tags: { [operator]: value } })),
  ),
)

const joined = (part: fc.Arbitrary<Record<string, unknown>>) =>
  fc.oneof(
    { weight: 3, arbitrary: part },
    fc.array(part, { maxLength: 3 }).map(($and) => ({ $and })),
    fc.array(part, { maxLength: 3 }).map(($or) => ({ $or })),
    part.map(($not) => ({ $not })),
    fc.tuple(part, part).map(([x, y]) => ({ ...x, ...y })),
  )

const filter = joined(joined(leaf))

describe('filters', () => {
  test('match what SQL’s rules say of each row', async () => {
    await fc.assert(
      fc.asyncProperty(filter, async (where) => {
        const expected = rows.filter((row) => evaluateFilter(where, row) === true)
        const found = await module.vendas.select('plain', {
          where,
          orderBy: [{ column: 'id' }],
          columns: ['id'],
        })
        expect(found.map((row) => row.id)).toEqual(expected.map((row) => row.id))
        expect(await module.vendas.count('plain', { where })).toBe(expected.length)
      }),
      { numRuns: 400 },
    )
  })

  test('$like under row-level security matches the same rows by way of an index', async () => {
    await fc.assert(
      fc.asyncProperty(pattern, async ($like) => {
        const expected = rows.filter((row) => evaluateFilter({ text: { $like } }, row) === true)
        const found = await module.asTenant(TENANT, () =>
          module.vendas.select('protected', {
            where: { text: { $like } },
            orderBy: [{ column: 'id' }],
            columns: ['id'],
          }),
        )
        expect(found.map((row) => row.id)).toEqual(expected.map((row) => row.id))
      }),
      { numRuns: 200 },
    )
    const last = module.sent.at(-1)
    expect(last?.sql).toContain('"text" like $')
  })

  test('the text of a statement does not depend on how many values $in has', async () => {
    const texts = new Set<string | undefined>()
    for (const length of [1, 2, 100, 70_000]) {
      await module.vendas.count('plain', { where: { n: { $in: Array(length).fill(1) } } })
      texts.add(module.sent.at(-1)?.sql)
    }
    expect([...texts]).toEqual([
      'select count(*) as "count" from "module_vendas"."plain" where "n" = any(cast($1 as integer[]))',
    ])
  })

  test('compare JSON with $eq and $contains', async () => {
    const ids = async (where: Record<string, unknown>): Promise<unknown[]> =>
      (await module.vendas.select('plain', { where, columns: ['doc'] })).map((row) => row.doc)
    expect(new Set(await ids({ doc: { $eq: { a: 1 } } }))).toEqual(
      new Set(
        rows
          .filter((row) => typeof row.doc === 'object' && row.doc !== null && 'a' in row.doc)
          .map((row) => row.doc),
      ),
    )
    expect(await ids({ doc: { $contains: [2] } })).toHaveLength(24)
    expect(await ids({ doc: 'text' })).toHaveLength(24)
    expect(await ids({ doc: { $eq: false } })).toHaveLength(24)
    expect(await ids({ doc: { $in: [false, 'text', null] } })).toHaveLength(72)
  })

  test('a prefix uses an index under row-level security, which LIKE alone cannot', async () => {
    await module.vendas.createTable(
      'muitos',
      [
        { name: 'id', type: 'INTEGER', primaryKey: true },
        { name: 'organization_id', type: 'UUID' },
        { name: 'nome', type: 'TEXT' },
      ],
      { indexes: [{ columns: ['nome'], operatorClass: 'text_pattern_ops' }] },
    )
    await module.asTenant(TENANT, () =>
      module.vendas.insert(
        'muitos',
        Array.from({ length: 20_000 }, (_, id) => ({ id, nome: `n${id}` })),
      ),
    )
    await sql`alter policy tenant on module_vendas.muitos
      using (organization_id = (select plataforma.tenant_id()::uuid))`.execute(module.admin)
    await sql`analyze module_vendas.muitos`.execute(module.admin)
    const plan = async (where: string): Promise<string> => {
      const { rows } = await module.asTenant(TENANT, () =>
        module.host.executor.execute<{ 'QUERY PLAN': string }>(
          CompiledQuery.raw(`explain select * from muitos where ${where}`),
        ),
      )
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    const where = { nome: { $like: 'n1234%' } }
    const found = await module.asTenant(TENANT, () => module.vendas.select('muitos', { where }))
    expect(found).toHaveLength(11)
    const query = module.sent.at(-1)
    let condition = query?.sql.split(' where ')[1] ?? ''
    for (const [index, value] of (query?.parameters ?? []).entries()) {
      condition = condition.replace(`$${index + 1}`, `'${value}'`)
    }
    expect(await plan(condition)).toMatch(/Index Cond: .*nome ~>=~ 'n1234'/)
    expect(await plan("nome like 'n1234%'")).not.toMatch(/Index Cond: .*nome/)
  })

  test('10,000 parts of $or are one statement', async () => {
    const parts = Array.from({ length: 10_000 }, (_, id) => ({ id }))
    expect(await module.vendas.count('plain', { where: { $or: parts } })).toBe(rows.length)
  })
})
