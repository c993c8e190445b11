import { type RawBuilder, sql } from 'kysely'

/** A grant by which somebody else comes into a module without a door. */
export interface NewOpening {
  /** `null` for the schema itself. */
  readonly relation: string | null
  readonly isSequence: boolean
  /** Empty for PUBLIC. */
  readonly grantee: string
}

/**
 * What this transaction has granted of a module's schema to PUBLIC or to a role of another module,
 * with no door for it. As a scalar of one JSON array, NULL where there is nothing.
 *
 * Roles of the same system begin with what the owner's name begins with. A door whose table is no
 * longer there may have gone with a table to another name.
 */
export function newOpenings({
  schema,
  module,
  owner,
}: {
  readonly schema: string
  readonly module: string
  readonly owner: string
}): RawBuilder<unknown> {
  const prefix = owner.slice(0, -`own_${module}`.length)
  const own = [owner, `${prefix}system`, `${prefix}run_${module}`]
  return sql`(
    SELECT json_agg(DISTINCT jsonb_build_object('relation', g.relation,
      'isSequence', g.is_sequence, 'grantee', coalesce(r.rolname, '')))
    FROM (
      SELECT NULL::text AS relation, false AS is_sequence, a.grantee, a.privilege_type AS privilege
      FROM pg_catalog.pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
      WHERE n.nspname = ${schema} AND age(n.xmin) <= age(pg_current_xact_id()::xid)
      UNION ALL
      SELECT c.relname::text, c.relkind = 'S', a.grantee, a.privilege_type
      FROM pg_catalog.pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a
      WHERE c.relnamespace = to_regnamespace(${schema}) AND c.relacl IS NOT NULL
        AND age(c.xmin) <= age(pg_current_xact_id()::xid)
      UNION ALL
      SELECT c.relname::text, false, a.grantee, a.privilege_type
      FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_attribute AS k ON k.attrelid = c.oid AND k.attacl IS NOT NULL
        CROSS JOIN LATERAL aclexplode(k.attacl) AS a
      WHERE c.relnamespace = to_regnamespace(${schema})
        AND age(k.xmin) <= age(pg_current_xact_id()::xid)
    ) AS g
      LEFT JOIN pg_catalog.pg_roles AS r ON r.oid = g.grantee
    WHERE (g.grantee = 0 OR starts_with(r.rolname, ${prefix}))
      AND NOT coalesce(r.rolname = ANY (${own}::text[]), false)
      AND NOT EXISTS (
        SELECT FROM plataforma.doors AS d
        WHERE d.from_module = ${module}
          AND r.rolname IN (${`${prefix}run_`} || d.to_module, ${`${prefix}own_`} || d.to_module)
          AND (g.relation IS NULL OR g.privilege = ANY (d.privileges) AND (
            d.table_name = g.relation OR NOT EXISTS (
              SELECT FROM pg_catalog.pg_class AS t
              WHERE t.relnamespace = to_regnamespace(${schema}) AND t.relname = d.table_name))))
  )`
}
