import { testDatabase } from '@plataforma/testkit'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statementFacts } from '../statement-facts.js'

let client: pg.Client
let stop: () => Promise<void>

beforeAll(async () => {
  const database = await testDatabase({ administrator: 'superuser' })
  client = new pg.Client(database.connectionString)
  await client.connect()
  await client.query('create table a (id int); create table b (id int); create table c (id int)')
  stop = async () => {
    await client.end()
    await database.drop()
  }
})

afterAll(() => stop())

/** The tables that PostgreSQL itself finds in a query: what a view of it depends on. */
async function tablesByServer(sql: string): Promise<readonly string[] | undefined> {
  await client.query('begin')
  try {
    await client.query(`create view v as ${sql}`)
    const { rows } = await client.query<{ name: string }>(
      `select distinct refobjid::regclass::text as name
       from pg_depend join pg_rewrite r on r.oid = objid and ev_class = 'v'::regclass
       where refclassid = 'pg_class'::regclass and refobjid <> ev_class order by 1`,
    )
    return rows.map((row) => row.name)
  } catch {
    return undefined
  } finally {
    await client.query('rollback')
  }
}

const bounded = { maxDepth: 3, depthIdentifier: fc.createDepthIdentifier() }
const relation = fc.constantFrom('a', 'b', 'c')

const { query } = fc.letrec<{ query: string; simple: string; from: string; clause: string }>(
  (tie) => ({
    query: fc
      .tuple(fc.oneof(bounded, fc.constant(''), tie('clause')), tie('simple'))
      .map(([clause, simple]) => `${clause} ${simple}`),
    simple: fc.oneof(
      bounded,
      relation.map((name) => `select 1 as id from ${name}`),
      tie('from').map((from) => `select 1 as id from ${from}`),
      fc
        .tuple(tie('from'), tie('query'))
        .map(([from, inner]) => `select 1 as id from ${from} where exists (${inner})`),
      fc.tuple(tie('query'), tie('query')).map((pair) => `(${pair.join(') union all (')})`),
      fc
        .tuple(relation, tie('query'))
        .map(([name, inner]) => `select (${inner} limit 1) as id from ${name}`),
    ),
    from: fc.oneof(
      bounded,
      relation,
      relation.map((name) => `${name} as x cross join public.${name} as y`),
      tie('query').map((inner) => `(${inner}) as x`),
      fc
        .tuple(relation, tie('query'))
        .map(([name, inner]) => `${name} as x, lateral (${inner}) as y`),
    ),
    clause: fc
      .tuple(
        fc.boolean(),
        fc.uniqueArray(fc.tuple(relation, tie('query')), {
          minLength: 1,
          maxLength: 3,
          selector: ([name]) => name,
        }),
      )
      .map(([recursive, expressions]) => {
        const list = expressions.map(([name, inner]) => `${name} as (${inner})`).join(', ')
        return `with ${recursive ? 'recursive' : ''} ${list}`
      }),
  }),
)

test('the tables of a query are those that PostgreSQL finds in it', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(query, async (sql) => {
      const expected = await tablesByServer(sql)
      fc.pre(expected !== undefined)
      accepted++
      const { tablesRead } = await statementFacts(sql)
      expect([...new Set(tablesRead.map((table) => table.name))].sort()).toEqual(expected)
    }),
    { numRuns: 150 },
  )
  expect(accepted).toBeGreaterThan(60)
})
