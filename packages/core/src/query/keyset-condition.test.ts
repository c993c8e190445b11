import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestModule, testModule } from '../../test/test-module.js'
import type { OrderBy } from './select-options.js'

let module: TestModule
const COUNT = 97

beforeAll(async () => {
  module = await testModule()
  await sql`
    create table module_vendas.paged (
      a int not null, b int not null, n int, text text, at timestamptz, price numeric, f double precision,
      flag boolean not null, primary key (a, b)
    )`.execute(module.admin)
  await sql`
    insert into module_vendas.paged
    select i % 7, i, nullif(i % 5, 4), nullif(chr(97 + i % 3), 'c'),
      case when i % 4 > 0 then timestamptz '2024-01-01 00:00:00.123456' + (i % 6) * interval '1 microsecond' end,
      case i % 6 when 0 then 'NaN' when 1 then null else (i % 3) / 7.0 end,
      case i % 5 when 0 then 'Infinity' when 1 then null else i / 3.0 end,
      i % 2 = 0
    from generate_series(1, ${sql.lit(COUNT)}) i`.execute(module.admin)
  await sql`grant select on module_vendas.paged to public`.execute(module.admin)
})
afterAll(() => module[Symbol.asyncDispose]())

const orderBy = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'n', 'text', 'at', 'price', 'f', 'flag'), { maxLength: 4 })
  .chain((columns) =>
    fc.tuple(
      ...columns.map((column) =>
        fc.record<OrderBy<string>>({
          column: fc.constant(column),
          direction: fc.constantFrom('ASC', 'desc', undefined),
          nulls: fc.constantFrom('first', 'LAST', undefined),
        }),
      ),
    ),
  )

describe('pages', () => {
  test('visit each row exactly once, in the order that one select has', async () => {
    await fc.assert(
      fc.asyncProperty(orderBy, fc.integer({ min: 1, max: 40 }), async (order, limit) => {
        const visited: unknown[] = []
        let after: string | undefined
        do {
          const page = await module.vendas.page('paged', { orderBy: order, limit, after })
          expect(page.rows.length).toBeLessThanOrEqual(limit)
          visited.push(...page.rows.map((row) => row.b))
          for (const row of page.rows) expect(Object.keys(row)).toHaveLength(8)
          after = page.next ?? undefined
        } while (after !== undefined)
        const keys = ['a', 'b'].filter((key) => !order.some((item) => item.column === key))
        const direction = order.at(-1)?.direction
        const whole = await module.vendas.select('paged', {
          orderBy: [...order, ...keys.map((column) => ({ column, direction }))],
        })
        expect(visited).toEqual(whole.map((row) => row.b))
      }),
      { numRuns: 60 },
    )
  })

  test('keep the filter and the columns', async () => {
    const options = {
      where: { flag: true },
      columns: ['n'],
      orderBy: [{ column: 'n' }],
      limit: 30,
    } as const
    const first = await module.vendas.page('paged', options)
    const second = await module.vendas.page('paged', { ...options, after: first.next ?? undefined })
    expect(first.rows.length + second.rows.length).toBe(48)
    expect(second.next).toBeNull()
    expect(Object.keys(first.rows[0] ?? {})).toEqual(['n'])
    const rest = await module.vendas.select('paged', { ...options, after: first.next ?? undefined })
    expect(rest).toEqual(second.rows)
  })

  test('columns without NULL in one direction compare as a row', async () => {
    const page = await module.vendas.page('paged', { limit: 5 })
    await module.vendas.page('paged', { limit: 5, after: page.next ?? undefined })
    expect(module.sent.at(-1)?.sql).toContain(
      'where ("a", "b") > (cast($1 as integer), cast($2 as integer))',
    )
  })

  test.each([
    ['no cursor at all', 'x'],
    ['JSON of something else', Buffer.from('{}').toString('base64url')],
    ['values that are no text', Buffer.from('["a,b",{},1]').toString('base64url')],
    ['a NUL', Buffer.from('["a,b","\\u0000","1"]').toString('base64url')],
    ['too few values', Buffer.from('["a,b","1"]').toString('base64url')],
    ['another ordering', Buffer.from('["b,a","1","2"]').toString('base64url')],
  ])('refuse a cursor with %s', async (_, after) => {
    await expect(module.vendas.select('paged', { after })).rejects.toMatchObject({
      code: 'PLT_CURSOR_INVALID',
    })
  })

  test('a forged cursor with a value of another type is refused by the server', async () => {
    const after = Buffer.from('["a,b","x\' or true--","1"]').toString('base64url')
    await expect(module.vendas.select('paged', { after })).rejects.toMatchObject({
      code: 'PLT_VALUE_INVALID',
      sqlState: '22P02',
    })
  })

  test('need a primary key', async () => {
    await sql`create view module_vendas.looked as select * from module_vendas.paged`.execute(
      module.admin,
    )
    await expect(module.vendas.page('looked', { limit: 5 })).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
    })
  })
})
