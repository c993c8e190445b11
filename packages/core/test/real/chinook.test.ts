import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { type Kysely, sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ColumnDefinition,
  createDatabase,
  type Database,
  type ModuleDatabase,
} from '../../src/index.js'
import { fingerprint, originalClient } from './original.js'
import { readSample } from './sample.js'

const STORE = '0190a7c2-0000-7000-8000-0000000000c1'
const OTHER = '0190a7c2-0000-7000-8000-0000000000c2'

interface OriginalColumn {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly key: boolean
}

interface OriginalReference {
  readonly table: string
  readonly column: string
  readonly referenced: string
}

/** Referenced tables before those that reference them. */
const TABLES = [
  'artist',
  'genre',
  'media_type',
  'playlist',
  'employee',
  'customer',
  'album',
  'track',
  'invoice',
  'invoice_line',
  'playlist_track',
] as const

let target: TestDatabase
let original: pg.Client
let database: Database
let chinook: ModuleDatabase
let columns: OriginalColumn[]

beforeAll(async () => {
  target = await testDatabase()
  original = await originalClient(target.superuser.connectionString, 'original')
  await original.query('create schema original')
  const script = await readSample('chinook')
  await original.query(script.slice(script.indexOf('CREATE TABLE')))
  columns = await readColumns()
  const references = await readReferences()

  database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
  })
  await database.initialize()
  chinook = await database.createModule('chinook')
  for (const table of TABLES) await chinook.createTable(table, ...definitionOf(table, references))
  await database.withContext({ tenantId: STORE }, async () => {
    for (const table of TABLES) {
      const { rows } = await original.query(`select * from ${table}`)
      await chinook.insert(table, rows, { returning: false })
    }
  })
  await database.withContext({ tenantId: OTHER }, () =>
    chinook.insert('artist', [{ artist_id: 1_000_000, name: 'AC/DC' }]),
  )
  await original.query('analyze')
})

afterAll(async () => {
  await database.close()
  await original.end()
  await target.drop()
})

async function readColumns(): Promise<OriginalColumn[]> {
  const { rows } = await original.query<OriginalColumn>(`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      not a.attnotnull as nullable, a.attnum = any (k.conkey) as key
    from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind = 'r'
      join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
    where c.relnamespace = 'original'::regnamespace and a.attnum > 0
    order by c.relname, a.attnum`)
  return rows
}

async function readReferences(): Promise<OriginalReference[]> {
  const { rows } = await original.query<OriginalReference>(`
    select conrelid::regclass::text as "table", a.attname as "column", confrelid::regclass::text as referenced
    from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    where k.contype = 'f' and k.connamespace = 'original'::regnamespace`)
  return rows
}

function definitionOf(
  table: string,
  references: readonly OriginalReference[],
): [ColumnDefinition[], { primaryKey: string[] }] {
  const own = columns.filter((column) => column.table === table)
  const defined = own.map(({ name, type, nullable }): ColumnDefinition => {
    const reference = references.find((each) => each.table === table && each.column === name)
    return {
      name,
      type,
      nullable,
      ...(reference && { references: { table: reference.referenced } }),
    }
  })
  const tenant = { name: 'organization_id', type: 'UUID', nullable: false }
  return [
    [...defined, tenant],
    { primaryKey: own.filter(({ key }) => key).map(({ name }) => name) },
  ]
}

const as = <T>(tenantId: string, fn: () => Promise<T>) => database.withContext({ tenantId }, fn)

const QUERIES: readonly (readonly [string, string])[] = [
  [
    'join',
    `select al.title, ar.name from album al join artist ar using (artist_id) order by 1, 2 limit 50`,
  ],
  [
    'aggregate',
    `select billing_country, count(*) as n, sum(total) as total from invoice group by 1 order by total desc, 1`,
  ],
  [
    'outer join',
    `select e.last_name, m.last_name as boss from employee e left join employee m on m.employee_id = e.reports_to order by e.employee_id`,
  ],
  [
    'having',
    `select g.name, avg(t.milliseconds)::int as ms from track t join genre g using (genre_id) group by g.name having count(*) > 50 order by ms desc`,
  ],
  [
    'window',
    `select customer_id, invoice_date, sum(total) over (partition by customer_id order by invoice_date, invoice_id) as running from invoice order by 1, 2, 3 limit 80`,
  ],
  [
    'cte',
    `with best as (select artist_id, sum(il.unit_price * il.quantity) as sold from invoice_line il join track using (track_id) join album using (album_id) group by artist_id) select a.name, b.sold from best b join artist a using (artist_id) order by sold desc, name limit 10`,
  ],
  [
    'recursive cte',
    `with recursive chain as (select employee_id, reports_to, 1 as depth from employee where reports_to is null union all select e.employee_id, e.reports_to, c.depth + 1 from employee e join chain c on c.employee_id = e.reports_to) select depth, count(*)::int as n from chain group by depth order by depth`,
  ],
  [
    'set operation',
    `select city from customer intersect select city from employee union all select distinct billing_city from invoice where total > 20 order by 1`,
  ],
  [
    'lateral',
    `select c.last_name, i.total from customer c cross join lateral (select total from invoice where customer_id = c.customer_id order by total desc, invoice_id limit 1) i order by 2 desc, 1 limit 20`,
  ],
  [
    'full text',
    `select name from track where to_tsvector('english', name) @@ plainto_tsquery('english', 'love') order by name limit 30`,
  ],
]

describe('Chinook as a module', () => {
  it.each(TABLES)('has every row of %s', async (table) => {
    const names = columns.filter((column) => column.table === table).map(({ name }) => name)
    const query = fingerprint(table, names)
    const { rows: expected } = await original.query(query)
    expect(await as(STORE, () => chinook.query(query))).toEqual(expected)
    expect(await as(STORE, () => chinook.count(table))).toBe(expected[0].rows)
  })

  it.each(QUERIES)('answers the %s query like the original', async (_, query) => {
    const { rows: expected } = await original.query(query)
    expect(expected.length).toBeGreaterThan(0)
    expect(await as(STORE, () => chinook.query(query))).toEqual(expected)
  })

  it('answers through Kysely and the verbs', async () => {
    const { rows: expected } = await original.query(
      `select t.name, g.name as genre from track t join genre g using (genre_id) where t.milliseconds > 2000000 order by t.name, g.name`,
    )
    const joined = (db: Kysely<Record<string, Record<string, unknown>>>) =>
      db
        .selectFrom('track as t')
        .innerJoin('genre as g', 'g.genre_id', 't.genre_id')
        .where('t.milliseconds', '>', 2_000_000)
        .select(['t.name', 'g.name as genre'])
        .orderBy('t.name')
        .orderBy('genre')
        .execute()
    expect(await as(STORE, () => joined(chinook.db))).toEqual(expected)
    const { rows: rock } = await original.query(
      `select track_id, name from track where name ilike '%rock%' and composer is not null order by name, track_id limit 20`,
    )
    expect(
      await as(STORE, () =>
        chinook.select('track', {
          columns: ['track_id', 'name'],
          where: { name: { $ilike: '%rock%' }, composer: { $ne: null } },
          orderBy: [{ column: 'name' }, { column: 'track_id' }],
          limit: 20,
        }),
      ),
    ).toEqual(rock)
  })

  it('shows the other tenant its own artist alone', async () => {
    expect(await as(OTHER, () => chinook.select('artist', { columns: ['name'] }))).toEqual([
      { name: 'AC/DC' },
    ])
    expect(await as(OTHER, () => chinook.count('track'))).toBe(0)
    const { rows } = await as(OTHER, () =>
      sql<{ n: number }>`select count(*)::int as n from album`.execute(chinook.db),
    )
    expect(rows).toEqual([{ n: 0 }])
  })
})
