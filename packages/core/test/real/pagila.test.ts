import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase, type Database, type ModuleDatabase } from '../../src/index.js'
import { fingerprint, originalClient } from './original.js'
import { type CopyBlock, copyBlocks, readSample } from './sample.js'

const TENANT = '0190a7c2-0000-7000-8000-0000000000d1'

let target: TestDatabase
let original: pg.Client
let database: Database
let pagila: ModuleDatabase
let data: string
let blocks: CopyBlock[]

beforeAll(async () => {
  target = await testDatabase()
  original = await originalClient(target.superuser.connectionString, 'original')
  const schema = (await readSample('pagila-schema')).replace(/^ALTER .* OWNER TO postgres;$/gm, '')
  data = await readSample('pagila-data')
  blocks = copyBlocks(data)
  await original.query('create schema original')
  await original.query(within(schema, 'original'))
  await fill(original, 'original')

  database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
  })
  await database.initialize()
  pagila = await database.createModule('pagila')
  await database.asOwner('pagila', async (trx) => {
    await sql.raw(within(schema, 'module_pagila')).execute(trx)
  })
  await fill(original, 'module_pagila')
}, 120_000)

afterAll(async () => {
  await database.close()
  await original.end()
  await target.drop()
})

/** The dump's own statements, in another schema, without what sets the session up. */
function within(dump: string, schema: string): string {
  // Functions stand before the tables that they name.
  const prelude = 'set local check_function_bodies = off;'
  const body = dump
    .slice(dump.indexOf('CREATE DOMAIN'))
    .replace(/\bpublic\./g, `${schema}.`)
    .replace(/^SET .*;$/gm, '')
  return `${prelude}\n${body}`
}

/** Triggers and keys are put off while the rows come in, as pg_restore does it. */
async function fill(client: pg.Client, schema: string): Promise<void> {
  await client.query("set session_replication_role = 'replica'")
  for (const { table, columns, rows } of blocks) {
    const list = columns.map((column) => `"${column}"`).join(', ')
    const { rows: types } = await client.query<{ type: string }>(
      `select format_type(atttypid, atttypmod) as type from unnest($1::text[]) with ordinality as c (name, position)
       join pg_attribute on attrelid = $2::regclass and attname = c.name order by position`,
      [columns, `${schema}.${table}`],
    )
    const casts = types.map(({ type }, index) => `u.c${index}::${type}`).join(', ')
    const names = columns.map((_, index) => `c${index}`).join(', ')
    const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ')
    await client.query(
      `insert into ${schema}.${table} (${list}) select ${casts} from unnest(${arrays}) as u (${names})`,
      columns.map((_, index) => rows.map((row) => row[index])),
    )
  }
  await client.query("set session_replication_role = 'origin'")
  for (const [statement] of data.matchAll(/^SELECT pg_catalog.setval.*;$/gm)) {
    await client.query(statement.replace('public.', `${schema}.`))
  }
  await client.query(`refresh materialized view ${schema}.rental_by_category`)
  await client.query('analyze')
}

const run = (query: string) => database.withContext({ tenantId: TENANT }, () => pagila.query(query))

const QUERIES: readonly (readonly [string, string])[] = [
  [
    'join',
    `select c.city, co.country from city c join country co using (country_id) order by 1, 2 limit 60`,
  ],
  [
    'aggregate over partitions',
    `select date_trunc('month', payment_date) as month, count(*) as n, sum(amount) as total from payment group by 1 order by 1`,
  ],
  [
    'enum and domain',
    `select rating, release_year, count(*)::int as n from film group by 1, 2 order by 1, 2`,
  ],
  [
    'array',
    `select title, special_features from film where special_features @> array['Trailers', 'Deleted Scenes'] order by title limit 40`,
  ],
  [
    'full text',
    `select title from film where fulltext @@ to_tsquery('english', 'fate & india') order by title`,
  ],
  // The view leaves the order of its actors to the plan.
  [
    'view',
    `select fid, title, description, category, price, length, rating,
       (select array_agg(name order by name) from unnest(string_to_array(actors, ', ')) name)
     from film_list order by fid limit 25`,
  ],
  ['view over views', `select * from sales_by_film_category order by total_sales desc, category`],
  [
    'aggregate function of its own',
    `select actor_id, group_concat(f.title order by f.title) as films from film_actor join film f using (film_id) where actor_id < 10 group by actor_id order by actor_id`,
  ],
  [
    'plpgsql function',
    `select inventory_id, inventory_in_stock(inventory_id) as here, inventory_held_by_customer(inventory_id) as held from inventory where inventory_id < 200 order by inventory_id`,
  ],
  [
    'window and cte',
    `with monthly as (select customer_id, date_trunc('month', payment_date) as month, sum(amount) as total from payment group by 1, 2) select customer_id, month, rank() over (partition by month order by total desc, customer_id) as place from monthly where customer_id < 40 order by 1, 2`,
  ],
]

describe('Pagila as a module', () => {
  it('has every row of every table', async () => {
    for (const { table, columns } of blocks) {
      // Partitions are read through their parent.
      if (/^payment_p/.test(table)) continue
      const query = fingerprint(table, columns)
      expect(await run(query), table).toEqual((await original.query(query)).rows)
    }
    const payments = fingerprint('payment', ['payment_id', 'customer_id', 'amount', 'payment_date'])
    expect(await run(payments)).toEqual((await original.query(payments)).rows)
  })

  it.each(QUERIES)('answers the %s query like the original', async (_, query) => {
    const { rows: expected } = await original.query(query)
    expect(expected.length).toBeGreaterThan(0)
    expect(await run(query)).toEqual(expected)
  })

  it('runs triggers, defaults and identity columns on writes through the verbs', async () => {
    await database.withContext({ tenantId: TENANT }, async () => {
      const [film] = await pagila.insert('film', [
        { title: 'A NEW FILM', description: 'about a schema', language_id: 1 },
      ])
      expect(film).toMatchObject({ rental_rate: '4.99', rating: 'G' })
      const found = await pagila.query(
        `select title from film where fulltext @@ to_tsquery('english', 'schema')`,
      )
      expect(found).toEqual([{ title: 'A NEW FILM' }])
      expect(await pagila.delete('film', { where: { film_id: film?.film_id } })).toEqual({
        affectedRows: 1,
      })
    })
  })

  it('does not show the materialized view, which holds rows of everybody', async () => {
    await expect(run('select * from rental_by_category')).rejects.toMatchObject({
      sqlState: '42501',
    })
  })
})
