import pg from 'pg'
import { typeParsers } from '../../src/wire/value-parsers.js'

/** Plain `pg` on the superuser's login, reading values as the product does. */
export async function originalClient(connectionString: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    types: typeParsers(),
    options: `-c search_path=${schema}`,
  })
  await client.connect()
  return client
}

/** Rows and a checksum of a table over the named columns, in an order of its own. */
export function fingerprint(table: string, columns: readonly string[]): string {
  const row = columns.map((column) => `"${column}"::text`).join(", '|', ")
  return `select count(*)::int as rows,
    md5(string_agg(concat(${row}), ',' order by concat(${row}) collate "C")) as checksum
    from ${table}`
}
