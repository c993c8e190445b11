import fc from 'fast-check'
import { PostgresQueryCompiler } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { ColumnInfo, TableInfo } from '../table/table-info.js'
import { QueryTable } from './query-table.js'
import { selectShape } from './select-shape.js'
import { type ReadRequest, selectStatement } from './select-statement.js'

function column(name: string, baseType: string, more: Partial<ColumnInfo> = {}): ColumnInfo {
  return {
    name,
    type: baseType,
    baseType,
    castType: baseType,
    kind: 'base',
    isArray: false,
    labels: [],
    nullable: true,
    hasDefault: false,
    generated: 'no',
    bytewisePrefix: false,
    ...more,
  } as ColumnInfo
}

const COLUMNS = [
  column('n', 'int4'),
  column('text', 'text', { bytewisePrefix: true }),
  column('plain', 'text'),
  column('tags', 'text', { type: 'text[]', isArray: true }),
]
const INFO = {
  schema: 'module_vendas',
  name: 'clientes',
  columns: new Map(COLUMNS.map((each) => [each.name, each])),
  primaryKey: ['n'],
  uniqueKeys: [['n']],
  constraints: new Map([['t_pkey', ['n']]]),
  tenantColumn: 'organization_id',
} as unknown as TableInfo
const table = new QueryTable(INFO)
const compiler = new PostgresQueryCompiler()

const compiled = (request: ReadRequest) =>
  compiler.compileQuery(selectStatement(table, request), { queryId: 'shape' })

const number = fc.integer({ min: -9, max: 9 })
const text = fc.constantFrom('', 'a', '%', 'a%', '_b', 'é%', '\u{10ffff}%', '?', '1:n')
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null })
const operators = <T>(values: fc.Arbitrary<T>) =>
  fc.oneof(
    orNull(values),
    fc.record({ $eq: orNull(values) }),
    fc.record({ $ne: orNull(values) }),
    fc.record({ $gt: values, $lte: values }),
    fc.record({ $between: fc.tuple(values, values) }),
    fc.record({ $in: fc.array(orNull(values), { maxLength: 3 }) }),
    fc.record({ $nin: fc.array(values, { maxLength: 3 }) }),
    fc.record({ $isNull: fc.boolean() }),
    fc.record({ $not: fc.record({ $eq: values }) }),
  )
const patterns = fc.oneof(
  operators(text),
  fc.record({ $like: text }),
  fc.record({ $ilike: text }),
  fc.record({ $like: text, $ne: text }),
)
const conditions = {
  n: operators(number),
  text: patterns,
  plain: patterns,
  tags: fc.oneof(fc.array(text), fc.record({ $contains: fc.array(text) })),
}
const flat = fc.record(conditions, { requiredKeys: [] })
const filter = fc.record(
  {
    ...conditions,
    $or: fc.array(flat, { maxLength: 2 }),
    $and: fc.array(flat, { maxLength: 2 }),
    $not: flat,
  },
  { requiredKeys: [] },
)
const columns = fc.uniqueArray(fc.constantFrom('n', 'text', 'plain'), { minLength: 1 })
const requests: fc.Arbitrary<ReadRequest> = fc.record(
  {
    columns,
    where: filter,
    orderBy: fc.array(
      fc.record(
        {
          column: fc.constantFrom('n', 'text'),
          direction: fc.constantFrom('ASC', 'desc', undefined),
          nulls: fc.constantFrom('first', 'LAST', undefined),
        },
        { requiredKeys: ['column'] },
      ),
      { maxLength: 2 },
    ),
    limit: fc.nat(9),
    offset: fc.nat(9),
  },
  { requiredKeys: [] },
)

describe('the shape of a select', () => {
  test('gives the values as the parameters, and one text for each key', () => {
    const texts = new Map<string, string>()
    let met = 0
    fc.assert(
      fc.property(requests, (request) => {
        const shape = selectShape(table, request)
        if (shape === undefined) return
        const { sql, parameters } = compiled(request)
        expect(shape.values).toEqual(parameters)
        const known = texts.get(shape.key)
        if (known !== undefined) met++
        expect(sql).toBe(known ?? sql)
        texts.set(shape.key, sql)
      }),
      { numRuns: 3_000 },
    )
    expect(met).toBeGreaterThan(100)
  })

  test('is none where the text depends on a value, or the request is wrong', () => {
    const shapeless: readonly ReadRequest[] = [
      { after: 'cursor' },
      { where: { n: undefined } },
      { where: { n: { $in: [] } } },
      { where: { n: { $in: [1, null] } } },
      { where: { n: [1] } },
      { where: { unknown: 1 } },
      { where: { plain: { $like: 1 } } },
      { where: { n: { $isNull: 'yes' } } },
      { where: { $nor: [] } },
      { where: new Date() },
      { columns: [] as string[], limit: -1 },
      { limit: 1.5 },
      { orderBy: 'n' },
      { orderBy: [{ column: 1 }] },
    ]
    for (const request of shapeless) expect(selectShape(table, request)).toBeUndefined()
    expect(() => selectShape(table, { where: { n: 'seven' } })).toThrow(/column "n"/)
  })

  test('tells names apart however they are put together', () => {
    const keys = [
      { columns: ['ab', 'c'] },
      { columns: ['a', 'bc'] },
      { columns: ['a1:b'] },
      { columns: ['a', 'b'] },
      { columns: ['a'], orderBy: [{ column: 'b' }] },
      { orderBy: [{ column: 'a', direction: 'b' }] },
      { orderBy: [{ column: 'a', nulls: 'b' }] },
    ].map((request) => selectShape(table, request)?.key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})
