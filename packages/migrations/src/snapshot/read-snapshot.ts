import { type Kysely, sql } from 'kysely'
import type { GivenDatabase } from '../ground/given-database.js'
import { type CatalogQuery, queryText, readBody } from './catalog-query.js'
import { type CatalogObject, schemaSnapshot } from './compose-snapshot.js'
import * as objects from './object-queries.js'
import * as relations from './relation-queries.js'
import type { SchemaSnapshot } from './schema-snapshot.js'

/** Texts of the catalog are written by these; the compiler of expressions costs more than it gives. */
const SETTINGS = {
  search_path: 'pg_catalog',
  quote_all_identifiers: 'off',
  datestyle: 'ISO, MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  jit: 'off',
} as const

const QUERIES = [...Object.values(relations), ...Object.values(objects)]

const QUERY = QUERIES.map(queryText).join('\nunion all\n')

const BY_KIND: ReadonlyMap<string, CatalogQuery> = new Map(
  QUERIES.map((query) => [query.kind, query]),
)

/**
 * What schemas hold, all from one moment; a schema that does not exist has no snapshot. Inside a
 * transaction it reads what that one sees and leaves its settings as they are.
 *
 * @example
 * const snapshots = await readSnapshot(db, { schemas: ['module_vendas'] })
 * snapshots.get('module_vendas')?.hash
 */
export async function readSnapshot(
  db: GivenDatabase,
  { schemas }: { readonly schemas: readonly string[] },
): Promise<ReadonlyMap<string, SchemaSnapshot>> {
  const found = db.isTransaction ? await readWithin(db, schemas) : await readAlone(db, schemas)
  const bySchema = Map.groupBy(found, ({ schema }) => schema)
  return new Map(
    schemas.flatMap((schema): [string, SchemaSnapshot][] => {
      const own = bySchema.get(schema)
      return own === undefined ? [] : [[schema, schemaSnapshot(schema, own)]]
    }),
  )
}

async function readAlone(db: Kysely<unknown>, schemas: readonly string[]) {
  return await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await apply(trx, SETTINGS)
      return await readObjects(trx, schemas)
    })
}

async function readWithin(trx: Kysely<unknown>, schemas: readonly string[]) {
  const before = await apply(trx, SETTINGS)
  const found = await readObjects(trx, schemas)
  await apply(trx, before)
  return found
}

/** Sets them until the transaction ends, and tells what they were. */
async function apply(
  trx: Kysely<unknown>,
  settings: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const names = Object.keys(settings)
  const { rows } = await sql<{ name: string; before: string }>`
    with before as materialized (
      select g.name, g.value, current_setting(g.name) as before
      from unnest(${names}::text[], ${Object.values(settings)}::text[]) g(name, value)
    )
    select name, before, set_config(name, value, true) from before`.execute(trx)
  return Object.fromEntries(rows.map(({ name, before }) => [name, before]))
}

async function readObjects(
  trx: Kysely<unknown>,
  schemas: readonly string[],
): Promise<readonly CatalogObject[]> {
  const { rows } = await sql<Omit<CatalogObject, 'body'> & { body: string }>`
    with spaces as materialized (
      select oid, nspname from pg_namespace where nspname = any (${schemas}::text[])
    )
    ${sql.raw(QUERY)}`.execute(trx)
  return rows.map((row) => {
    const query = BY_KIND.get(row.kind)
    return { ...row, body: query === undefined ? {} : readBody(query, row.body) }
  })
}
