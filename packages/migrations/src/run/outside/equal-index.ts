import { randomBytes } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { FoundIndex } from './found-index.js'
import type { IndexStatement } from './index-statement.js'
import { asOwner } from './owner-of-relation.js'

/** Of the twin's share of the table, whose columns it copies. */
const LOCK_TIMEOUT = '5s'

type Signature = Readonly<Record<string, unknown>>

/**
 * In what an index differs from the one that a statement makes, told by the server: it makes the
 * other one on an empty table of the same columns, in a transaction that is rolled back.
 */
export async function differencesOfIndex(
  session: Kysely<unknown>,
  index: FoundIndex,
  statement: IndexStatement,
): Promise<readonly string[]> {
  return await asOwner(session, index.owner, () => compareWithTwin(session, index, statement))
}

async function compareWithTwin(
  session: Kysely<unknown>,
  index: FoundIndex,
  { unique, definition }: IndexStatement,
): Promise<readonly string[]> {
  const twin = `plataforma_${randomBytes(6).toString('hex')}`
  const table = sql.id(index.tableSchema, twin)
  const kind = sql.raw(unique ? 'UNIQUE INDEX' : 'INDEX')
  await sql`BEGIN`.execute(session)
  try {
    await sql`SELECT set_config('lock_timeout', ${LOCK_TIMEOUT}, true),
      set_config('search_path', ${`${quoted(index.tableSchema)}, extensions, `} ||
        current_setting('search_path'), true)`.execute(session)
    await sql`CREATE TABLE ${table} (LIKE ${sql.id(index.tableSchema, index.table)})`.execute(
      session,
    )
    await sql`CREATE ${kind} ${sql.id(`${twin}_index`)} ON ${table} ${sql.raw(definition)}`.execute(
      session,
    )
    const made = await signatureOf(session, index.tableSchema, `${twin}_index`)
    const found = await signatureOf(session, index.schema, index.name)
    return Object.keys(found).filter((name) => found[name] !== made[name])
  } finally {
    await sql`ROLLBACK`.execute(session).catch(() => {})
  }
}

/** All that makes an index what it is, apart from names. */
async function signatureOf(
  session: Kysely<unknown>,
  schema: string,
  index: string,
): Promise<Signature> {
  const { rows } = await sql<Record<string, unknown>>`
    SELECT am.amname AS method,
      i.indisunique AS uniqueness,
      i.indnullsnotdistinct AS "treatment of nulls",
      (SELECT string_agg(pg_get_indexdef(i.indexrelid, place, false), ', ' ORDER BY place)
        FROM generate_series(1, i.indnkeyatts) place) AS columns,
      (SELECT string_agg(pg_get_indexdef(i.indexrelid, place, false), ', ' ORDER BY place)
        FROM generate_series(i.indnkeyatts + 1, i.indnatts) place) AS "included columns",
      i.indclass::text AS "operator classes",
      (SELECT string_agg(attoptions::text, ', ' ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = i.indexrelid) AS "operator class options",
      i.indcollation::text AS collations,
      i.indoption::text AS "sort order",
      pg_get_expr(i.indpred, i.indrelid) AS predicate,
      c.reloptions::text AS "storage parameters",
      c.reltablespace::text AS tablespace
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_am am ON am.oid = c.relam
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ${schema} AND c.relname = ${index}`.execute(session)
  return rows[0] ?? {}
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
