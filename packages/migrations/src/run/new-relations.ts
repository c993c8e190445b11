import { type RawBuilder, sql } from 'kysely'

/** A relation that has to be looked at by isolation before COMMIT. */
export interface NewRelation {
  /** The table; of a partition, the table that it is a part of. */
  readonly name: string
  readonly hasTenant: boolean
}

/**
 * Those relations of a schema that this transaction made or changed, by the locks that it holds, and
 * that are not as isolation wants them. As a scalar of one JSON array, NULL where there are none.
 */
export function newRelations({
  schema,
  module,
  tenantColumn,
}: {
  readonly schema: string
  readonly module: string
  readonly tenantColumn: string
}): RawBuilder<unknown> {
  return sql`(
    SELECT json_agg(DISTINCT jsonb_build_object('name', root.relname, 'hasTenant', t.has))
    FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_class AS c ON c.oid = l.relation
      JOIN pg_catalog.pg_class AS root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
      CROSS JOIN LATERAL (
        SELECT EXISTS (
          SELECT FROM pg_catalog.pg_attribute AS a
          WHERE a.attrelid = c.oid AND a.attname = ${tenantColumn} AND NOT a.attisdropped
        ) AND c.relkind IN ('r', 'p') AS has
      ) AS t
    WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid() AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND c.relnamespace = to_regnamespace(${schema})
      AND root.relnamespace = c.relnamespace
      AND (
        (t.has AND NOT c.relforcerowsecurity AND NOT EXISTS (
          SELECT FROM plataforma.tables AS known
          WHERE known.module = ${module} AND known.name = root.relname AND NOT known.rls))
        OR c.relkind = 'm'
        OR c.relispartition
        OR (c.relkind = 'v' AND NOT coalesce((
          SELECT option_value::boolean FROM pg_options_to_table(c.reloptions)
          WHERE option_name = 'security_invoker'), false))
        OR EXISTS (
          SELECT FROM pg_catalog.pg_depend AS d
          WHERE d.classid = 'pg_catalog.pg_class'::regclass
            AND d.refclassid = 'pg_catalog.pg_class'::regclass
            AND d.refobjid = c.oid AND d.refobjsubid > 0 AND d.deptype = 'a'
            AND (SELECT relkind FROM pg_catalog.pg_class WHERE oid = d.objid) = 'S')
      )
  )`
}
