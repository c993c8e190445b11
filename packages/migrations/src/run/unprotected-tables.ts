import { sql } from 'kysely'
import type { Ground } from '../ground/ground.js'

/** Tables of a module with the tenant column that no policy protects. */
export async function unprotectedTables(
  ground: Ground,
  module: string,
): Promise<readonly string[]> {
  const { tenantColumn } = ground
  if (tenantColumn === undefined) return []
  const { rows } = await sql<{ name: string }>`
    SELECT c.relname::text AS "name"
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = to_regnamespace(${ground.schemaOf(module)})
      AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
      AND EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = ${tenantColumn} AND NOT a.attisdropped)
    ORDER BY c.relname`.execute(ground.db.withoutPlugins())
  return rows.map(({ name }) => name)
}
