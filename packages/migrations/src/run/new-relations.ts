import { type RawBuilder, sql } from 'kysely'

/** A relation that has to be looked at by isolation before COMMIT. */
export interface NewRelation {
  /** The table; of a partition, the table that it is a part of. */
  readonly name: string
  readonly hasTenant: boolean
  /** Whether it was protected, and has no tenant column any more. */
  readonly isReleased: boolean
  /** Whether it is older than the transaction, and was protected when that began. */
  readonly wasProtected: boolean
  /** Whether it is new, and has the name of an earlier one that was left open. */
  readonly isSuccessor: boolean
}

/**
 * Those relations of a schema that this transaction made or changed, by the locks that it holds or by
 * their rows in the catalogs, and that are not as isolation wants them. As a scalar of one JSON array, NULL where there are none.
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
    SELECT json_agg(DISTINCT jsonb_build_object('name', root.relname, 'hasTenant', t.has,
      'isReleased', t.released, 'wasProtected', coalesce(known.rls, false) AND made.is_older,
      'isSuccessor', made.successor))
    FROM (SELECT age(pg_current_xact_id()::xid) AS age) AS now
      CROSS JOIN LATERAL (
        SELECT l.relation FROM pg_catalog.pg_locks AS l
        WHERE l.locktype = 'relation' AND l.pid = pg_backend_pid()
          AND l.mode = 'AccessExclusiveLock'
          AND l.database = (
            SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
        UNION
        -- GRANT takes no lock.
        SELECT g.oid FROM pg_catalog.pg_class AS g
        WHERE g.relnamespace = to_regnamespace(${schema}) AND (g.relkind = 'm' OR g.relispartition)
          AND (age(g.xmin) <= now.age OR EXISTS (
            SELECT FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = g.oid AND a.attacl IS NOT NULL AND age(a.xmin) <= now.age))
      ) AS changed
      JOIN pg_catalog.pg_class AS c ON c.oid = changed.relation
      JOIN pg_catalog.pg_class AS root ON root.oid = coalesce(pg_partition_root(c.oid), c.oid)
      LEFT JOIN plataforma.tables AS known
        ON known.module = ${module} AND known.name = root.relname
      LEFT JOIN pg_catalog.pg_attribute AS tenant
        ON tenant.attrelid = c.oid AND c.relkind IN ('r', 'p') AND NOT tenant.attisdropped
        AND tenant.attname = coalesce(known.tenant_column, ${tenantColumn})
      CROSS JOIN LATERAL (
        SELECT age(a.xmin) > now.age AS is_older,
          known.rls IS FALSE AND age(a.xmin) <= now.age AND age(known.xmin) > now.age AS successor
        FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = root.oid AND a.attname = 'tableoid'
      ) AS made
      CROSS JOIN LATERAL (
        SELECT tenant.attnum IS NOT NULL AS has,
          tenant.attnum IS NULL AND c.relkind IN ('r', 'p') AND (known.rls IS TRUE OR EXISTS (
            SELECT FROM pg_catalog.pg_policy AS p
            WHERE p.polrelid IN (c.oid, root.oid) AND p.polname = 'plataforma_access'
          )) AS released
      ) AS t
    WHERE c.relnamespace = to_regnamespace(${schema})
      AND root.relnamespace = c.relnamespace
      AND (
        (t.has AND (known.rls IS DISTINCT FROM false OR made.successor) AND NOT (
          c.relrowsecurity AND c.relforcerowsecurity AND (
            SELECT count(*) FROM pg_catalog.pg_policy AS p
            WHERE p.polrelid = c.oid
              -- Those that this transaction has not touched, nor a savepoint of it.
              AND age(p.xmin) > now.age
              AND (p.polname = 'plataforma_access'
                OR p.polname IN ('plataforma_tenant', 'plataforma_owner') AND EXISTS (
                  SELECT FROM pg_catalog.pg_depend AS d
                  WHERE d.classid = 'pg_catalog.pg_policy'::regclass AND d.objid = p.oid
                    AND d.refclassid = 'pg_catalog.pg_class'::regclass
                    AND d.refobjid = c.oid AND d.refobjsubid = tenant.attnum))
          ) = 3))
        OR t.released
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
