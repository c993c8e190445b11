import { type Kysely, sql } from 'kysely'

/** An index as the catalog has it. */
export interface FoundIndex {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly tableOid: string
  readonly table: string
  readonly tableSchema: string
  readonly owner: string
  /** Complete and used by queries; half-built and half-dropped ones are not. */
  readonly isValid: boolean
  /** On a partitioned table, where an invalid one only waits for its partitions. */
  readonly isPartitioned: boolean
}

const COLUMNS = sql`
  i.indexrelid::text AS oid, n.nspname AS schema, c.relname AS name,
  t.oid::text AS "tableOid", t.relname AS table, tn.nspname AS "tableSchema",
  pg_get_userbyid(t.relowner) AS owner,
  i.indisvalid AND i.indisready AND i.indislive AS "isValid",
  c.relkind = 'I' AS "isPartitioned"`

const FROM = sql`
  pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace tn ON tn.oid = t.relnamespace`

export async function findIndex(
  session: Kysely<unknown>,
  schema: string,
  name: string,
): Promise<FoundIndex | undefined> {
  const { rows } = await sql<FoundIndex>`
    SELECT ${COLUMNS} FROM ${FROM}
    WHERE n.nspname = ${schema} AND c.relname = ${name}`.execute(session)
  return rows[0]
}

/** What an interrupted REINDEX CONCURRENTLY left on tables, and on what they keep out of line. */
export async function findReindexRemnants(
  session: Kysely<unknown>,
  tables: readonly string[],
): Promise<readonly FoundIndex[]> {
  if (tables.length === 0) return []
  const { rows } = await sql<FoundIndex>`
    SELECT ${COLUMNS} FROM ${FROM}
    WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
      AND (t.oid = ANY (${[...tables]}::oid[])
        OR t.oid IN (
          SELECT reltoastrelid FROM pg_class
          WHERE oid = ANY (${[...tables]}::oid[]) AND reltoastrelid <> 0))
    ORDER BY c.relname`.execute(session)
  return rows
}

/** @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY */
export async function dropIndex(session: Kysely<unknown>, index: FoundIndex): Promise<void> {
  await sql`DROP INDEX CONCURRENTLY IF EXISTS ${sql.id(index.schema, index.name)}`.execute(session)
}
