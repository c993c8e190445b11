import { type Kysely, sql } from 'kysely'

/** A module as the catalog sees it. */
export interface ModuleDescription {
  readonly name: string
  readonly schema: string
  /** Partitions count as their table. */
  readonly tables: readonly TableDescription[]
  readonly hasOwnLogin: boolean
}

export interface TableDescription {
  readonly name: string
  /** The statistics' estimate. */
  readonly rows: number
  /** Indexes and large values included. */
  readonly bytes: number
  readonly rowLevelSecurity: boolean
}

/** The registered modules by name; `undefined` where the database was never prepared. */
export async function readModules(
  db: Kysely<unknown>,
): Promise<readonly ModuleDescription[] | undefined> {
  const { rows: prepared } = await sql<{ prepared: boolean }>`
    SELECT to_regclass('plataforma.modules') IS NOT NULL AS prepared`.execute(db)
  if (!prepared[0]?.prepared) return undefined
  const { rows } = await sql<ModuleDescription>`
    SELECT
      m.name,
      'module_' || m.name AS "schema",
      EXISTS (
        SELECT FROM pg_catalog.pg_roles
        WHERE rolcanlogin
          AND rolname ~ ('^' || s.role_prefix || '_log_[0-9a-f]{6}_' || m.name || '$')
      ) AS "hasOwnLogin",
      coalesce(
        (
          SELECT json_agg(
            json_build_object(
              'name', c.relname,
              'rows', leaves.rows,
              'bytes', leaves.bytes,
              'rowLevelSecurity', c.relrowsecurity
            ) ORDER BY c.relname
          )
          FROM pg_catalog.pg_class AS c
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (
              SELECT
                sum(CASE WHEN l.reltuples < 0 THEN pg_stat_get_live_tuples(l.oid) ELSE l.reltuples END)
                  ::int8 AS rows,
                sum(pg_total_relation_size(l.oid))::int8 AS bytes
              FROM (
                SELECT c.oid
                UNION
                SELECT relid FROM pg_partition_tree(c.oid)
              ) AS parts
                JOIN pg_catalog.pg_class AS l ON l.oid = parts.oid
              WHERE l.relkind = 'r'
            ) AS leaves
          WHERE n.nspname = 'module_' || m.name
            AND c.relkind IN ('r', 'p')
            AND NOT c.relispartition
        ),
        '[]'
      ) AS "tables"
    FROM plataforma.modules AS m, plataforma.settings AS s
    ORDER BY m.name`.execute(db)
  return rows
}
