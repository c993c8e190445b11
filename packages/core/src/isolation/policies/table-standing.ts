import { type Kysely, type RawBuilder, sql } from 'kysely'
import { moduleSchema } from '../../identity/module-name.js'
import { type EnsuredTable, newEntry } from './table-registry.js'

/**
 * A hash of what the catalogs have of a plain table, down to the trees of its expressions: nobody
 * has touched the table while it stays the same. NULL for what is no plain table, since partitions
 * have rows of their own.
 */
function standingOf({
  module,
  table,
}: Pick<EnsuredTable, 'module' | 'table'>): RawBuilder<unknown> {
  return sql`(
    SELECT pg_catalog.md5(pg_catalog.concat_ws('/', c.relowner, c.relpersistence, c.relispartition,
      c.relrowsecurity, c.relforcerowsecurity, c.relacl,
      (SELECT pg_catalog.string_agg(a::text, '/' ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0),
      (SELECT pg_catalog.string_agg(d::text, '/' ORDER BY d.adnum)
        FROM pg_catalog.pg_attrdef AS d WHERE d.adrelid = c.oid),
      (SELECT pg_catalog.string_agg(k::text, '/' ORDER BY k.oid)
        FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid),
      (SELECT pg_catalog.string_agg(i::text, '/' ORDER BY i.indexrelid)
        FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid),
      (SELECT pg_catalog.string_agg(p::text, '/' ORDER BY p.oid)
        FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.oid)))
    FROM pg_catalog.pg_class AS c
    WHERE c.relname = ${table} AND c.relkind = 'r' AND c.relnamespace = (
      SELECT n.oid FROM pg_catalog.pg_namespace AS n WHERE n.nspname = ${moduleSchema(module)}))`
}

/** Whether the table is as it was when the same recipe last made it or found it. */
export async function stands(
  db: Kysely<unknown>,
  wanted: EnsuredTable,
  recipe: string,
): Promise<boolean> {
  const tenantColumn = wanted.tenantColumn ?? null
  const { rows } = await sql<{ stands: boolean | null }>`
    SELECT t.recipe = ${recipe} AND t.standing = ${standingOf(wanted)}
      AND t.tenant_column IS NOT DISTINCT FROM ${tenantColumn}::text
      AND t.rls = (${tenantColumn}::text IS NOT NULL) AS stands
    FROM plataforma.tables AS t
    WHERE t.module = ${wanted.module} AND t.name = ${wanted.table}`.execute(db)
  return rows[0]?.stands ?? false
}

/** Writes down how a table stands that is as the recipe makes it. */
export async function rememberStanding(
  trx: Kysely<unknown>,
  wanted: EnsuredTable,
  recipe: string,
): Promise<void> {
  await sql`
    WITH now AS (SELECT ${recipe}::text AS recipe, ${standingOf(wanted)} AS standing)
    UPDATE plataforma.tables AS t SET recipe = now.recipe, standing = now.standing FROM now
    WHERE t.module = ${wanted.module} AND t.name = ${wanted.table}
      AND (t.recipe, t.standing) IS DISTINCT FROM (now.recipe, now.standing)`.execute(trx)
}

/** Writes a new table down with how it stands, and then takes on role and search_path. */
export async function registerStanding(
  trx: Kysely<unknown>,
  wanted: EnsuredTable,
  next: { readonly recipe: string; readonly role: string; readonly path: string },
): Promise<void> {
  await sql`
    ${newEntry(wanted, { recipe: next.recipe, standing: standingOf(wanted) })}
    RETURNING pg_catalog.set_config('role', ${next.role}, true),
      pg_catalog.set_config('search_path', ${next.path}, true)`.execute(trx)
}
