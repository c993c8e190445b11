import { type Kysely, sql } from 'kysely'
import { moduleSchema } from '../identity/module-name.js'
import type { Isolation } from './isolation.js'

export interface PolicyFacts {
  readonly name: string
  readonly permissive: boolean
  /** `*` for all commands. */
  readonly command: string
  readonly roles: readonly string[]
  readonly using: string | null
  readonly check: string | null
}

export interface TenantColumnFacts {
  readonly name: string
  /** As an expression prints it: quoted where it must be. */
  readonly quoted: string
  /** `uuid`, `text`, `varchar`, `int8` or what else it is. */
  readonly type: string
  readonly deterministic: boolean
  readonly notNull: boolean
  readonly hasDefault: boolean
  readonly hasIndex: boolean
}

export interface SequenceDefault {
  readonly column: string
  readonly type: string
  readonly sequence: { readonly schema: string; readonly name: string }
  /** Whether no other default uses the sequence. */
  readonly alone: boolean
}

/** A table, partition or view of a module, as far as isolation is concerned. */
export interface RelationFacts {
  readonly schema: string
  readonly name: string
  /** As `pg_class.relkind`: r table, p partitioned table, v view, m materialized view, f foreign. */
  readonly kind: 'r' | 'p' | 'v' | 'm' | 'f'
  readonly isPartition: boolean
  readonly owner: string
  readonly enabled: boolean
  readonly forced: boolean
  readonly securityInvoker: boolean
  /** Roles that have a privilege on it, its owner aside; PUBLIC is the empty string. */
  readonly grantees: readonly string[]
  /** Whether the runtime and the system role may read and write it. */
  readonly granted: boolean
  readonly tenant: TenantColumnFacts | null
  readonly primaryKey: readonly string[]
  readonly policies: readonly PolicyFacts[]
  readonly sequences: readonly SequenceDefault[]
  /** The row in the registry; `null` also for partitions. */
  readonly registered: {
    readonly rls: boolean
    readonly tenantColumn: string | null
    readonly definition: unknown
    readonly wishes: unknown
  } | null
}

export interface RelationQuestion {
  readonly module: string
  /** Every relation of the module where it is left out. */
  readonly table?: string
  readonly tenantColumn: string
  /** Whether the registry's tenant column counts more than the one given here. */
  readonly asRegistered: boolean
}

/**
 * Reads relations with their partitions in one statement, a partition after its parent. Expects a
 * search_path of `pg_catalog`, so that expressions are printed with their schemas.
 */
export async function readRelations(
  trx: Kysely<unknown>,
  { names }: Isolation,
  question: RelationQuestion,
): Promise<readonly RelationFacts[]> {
  const { module, table = null, tenantColumn, asRegistered } = question
  const { rows } = await sql<RelationFacts>`
    WITH RECURSIVE tree AS (
      SELECT c.oid, c.oid AS root, 0 AS depth, c.relname AS root_name
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE n.nspname = ${moduleSchema(module)} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT c.relispartition AND (${table}::text IS NULL OR c.relname = ${table}::text)
      UNION ALL
      SELECT c.oid, t.root, t.depth + 1, t.root_name
      FROM tree AS t
        JOIN pg_inherits AS i ON i.inhparent = t.oid
        JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
    )
    SELECT
      n.nspname::text AS "schema",
      c.relname::text AS "name",
      c.relkind::text AS "kind",
      c.relispartition AS "isPartition",
      pg_get_userbyid(c.relowner)::text AS "owner",
      c.relrowsecurity AS "enabled",
      c.relforcerowsecurity AS "forced",
      coalesce((SELECT option_value::boolean FROM pg_options_to_table(c.reloptions)
        WHERE option_name = 'security_invoker'), false) AS "securityInvoker",
      ARRAY(SELECT DISTINCT coalesce(pg_get_userbyid(nullif(a.grantee, 0))::text, '')
        FROM aclexplode(c.relacl) AS a WHERE a.grantee <> c.relowner) AS "grantees",
      (SELECT bool_and(has_table_privilege(grantee, c.oid, privilege))
        FROM unnest(${[names.runtime(module), names.system]}::text[]) AS grantee,
          unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege) AS "granted",
      (SELECT json_build_object(
          'name', a.attname,
          'quoted', quote_ident(a.attname),
          'type', t.typname,
          'deterministic', coalesce((SELECT collisdeterministic FROM pg_collation
            WHERE oid = a.attcollation), true),
          'notNull', a.attnotnull,
          'hasDefault', EXISTS (SELECT FROM pg_attrdef AS d
            JOIN pg_depend AS p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
            WHERE d.adrelid = c.oid AND d.adnum = a.attnum
              AND p.refclassid = 'pg_proc'::regclass
              AND p.refobjid = to_regprocedure('plataforma.tenant_default()')),
          'hasIndex', EXISTS (SELECT FROM pg_index AS i
            JOIN pg_class AS ic ON ic.oid = i.indexrelid JOIN pg_am AS am ON am.oid = ic.relam
            WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid
              AND i.indpred IS NULL AND am.amname = 'btree'))
        FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND a.attname = CASE WHEN ${asRegistered}::boolean
            THEN coalesce(r.tenant_column, ${tenantColumn}) ELSE ${tenantColumn} END) AS "tenant",
      ARRAY(SELECT a.attname::text FROM pg_index AS i
        CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.number
        WHERE i.indrelid = c.oid AND i.indisprimary AND k.place <= i.indnkeyatts
        ORDER BY k.place) AS "primaryKey",
      (SELECT coalesce(json_agg(json_build_object(
          'name', p.polname,
          'permissive', p.polpermissive,
          'command', p.polcmd,
          'roles', (SELECT json_agg(pg_get_userbyid(role) ORDER BY role) FROM unnest(p.polroles) AS role),
          'using', pg_get_expr(p.polqual, p.polrelid),
          'check', pg_get_expr(p.polwithcheck, p.polrelid))), '[]')
        FROM pg_policy AS p WHERE p.polrelid = c.oid) AS "policies",
      (SELECT coalesce(json_agg(json_build_object(
          'column', a.attname,
          'type', ty.typname,
          'sequence', json_build_object('schema', sn.nspname, 'name', s.relname),
          'alone', NOT EXISTS (SELECT FROM pg_depend AS o
            WHERE o.refclassid = 'pg_class'::regclass AND o.refobjid = s.oid AND o.deptype = 'n'
              AND (o.classid, o.objid) <> (p.classid, p.objid)
              AND NOT (o.classid = 'pg_attrdef'::regclass AND EXISTS (SELECT FROM pg_attrdef AS od
                JOIN tree AS ot ON ot.oid = od.adrelid
                WHERE od.oid = o.objid AND ot.root = tree.root AND ot.oid <> c.oid))))), '[]')
        FROM pg_attrdef AS d
          JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
          JOIN pg_type AS ty ON ty.oid = a.atttypid
          JOIN pg_depend AS p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
            AND p.refclassid = 'pg_class'::regclass
          JOIN pg_class AS s ON s.oid = p.refobjid AND s.relkind = 'S'
          JOIN pg_namespace AS sn ON sn.oid = s.relnamespace
        WHERE d.adrelid = c.oid AND NOT c.relispartition) AS "sequences",
      CASE WHEN r.name IS NOT NULL AND NOT c.relispartition THEN json_build_object('rls', r.rls,
        'tenantColumn', r.tenant_column, 'definition', r.definition, 'wishes', r.wishes)
      END AS "registered"
    FROM tree
      JOIN pg_class AS c ON c.oid = tree.oid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN plataforma.tables AS r
        ON r.module = ${module} AND r.name = tree.root_name
    ORDER BY tree.root_name, tree.depth, c.relname`.execute(trx)
  return rows
}
