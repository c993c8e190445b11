import { type Kysely, sql } from 'kysely'
import type { PolicyFacts, RelationFacts, SequenceDefault } from './relation-facts.js'

type OfRelation = { readonly oid: string }

type TreeRow = OfRelation &
  Omit<RelationFacts, 'tenant' | 'primaryKey' | 'policies' | 'sequences'> & {
    readonly rootName: string
  }

export interface TreeQuestion {
  readonly homes: readonly {
    readonly module: string
    readonly schema: string
    readonly runtime: string
  }[]
  readonly table: string | undefined
  readonly system: string
}

/** Relations of schemas, or those of one name, each followed by its partitions. */
export async function readTree(
  trx: Kysely<unknown>,
  { homes, table = '', system }: TreeQuestion,
): Promise<readonly TreeRow[]> {
  const modules = homes.map((home) => home.module)
  const schemas = homes.map((home) => home.schema)
  const runtimes = homes.map((home) => home.runtime)
  const { rows } = await sql<TreeRow>`
    WITH RECURSIVE tree AS (
      SELECT c.oid, 0 AS depth, c.relname AS root_name, h.module, h.runtime
      FROM unnest(${modules}::text[], ${schemas}::text[], ${runtimes}::text[])
          AS h (module, schema, runtime)
        JOIN pg_class AS c ON c.relnamespace = to_regnamespace(h.schema)
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        AND (${table}::text = '' OR c.relname = ${table}::text)
      UNION ALL
      SELECT c.oid, t.depth + 1, t.root_name, t.module, t.runtime
      FROM tree AS t
        JOIN pg_inherits AS i ON i.inhparent = t.oid
        JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
    )
    SELECT
      c.oid::text AS "oid",
      tree.root_name::text AS "rootName",
      tree.module AS "module",
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
        FROM (
          SELECT grantee FROM aclexplode(c.relacl)
          UNION ALL
          SELECT of.grantee FROM pg_attribute AS k CROSS JOIN LATERAL aclexplode(k.attacl) AS of
          WHERE k.attrelid = c.oid AND k.attacl IS NOT NULL
        ) AS a WHERE a.grantee <> c.relowner) AS "grantees",
      (SELECT bool_and(has_table_privilege(grantee, c.oid, privilege))
        FROM unnest(ARRAY[tree.runtime, ${system}]) AS grantee,
          unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege) AS "granted"
    FROM tree
      JOIN pg_class AS c ON c.oid = tree.oid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
    ORDER BY tree.module, tree.root_name, tree.depth, c.relname`.execute(trx)
  return rows
}

/** What the catalogs have of a list of relations. */
export interface RelationDetails {
  /** Those columns of the given names that exist. */
  readonly columns: readonly (OfRelation & {
    readonly number: number
    readonly name: string
    readonly quoted: string
    readonly type: string
    readonly deterministic: boolean
    readonly notNull: boolean
    readonly isGenerated: boolean
  })[]
  readonly policies: readonly (OfRelation & PolicyFacts)[]
  readonly indexes: readonly (OfRelation & {
    readonly primary: boolean
    /** Whether rows can be found by its first column. */
    readonly leads: boolean
    readonly columns: readonly number[]
    readonly names: readonly string[]
  })[]
  /** What the defaults of columns call or draw from. */
  readonly defaults: readonly (OfRelation & {
    readonly column: number
    readonly isTenantDefault: boolean
    readonly isSequence: boolean
  })[]
}

export async function readDetails(
  trx: Kysely<unknown>,
  oids: readonly string[],
  columns: readonly string[],
): Promise<RelationDetails> {
  const { rows } = await sql<RelationDetails>`
    SELECT
      (SELECT coalesce(json_agg(json_build_object(
          'oid', a.attrelid::text, 'number', a.attnum, 'name', a.attname,
          'quoted', quote_ident(a.attname), 'type', t.typname,
          'deterministic', coalesce((SELECT collisdeterministic FROM pg_collation
            WHERE oid = a.attcollation), true),
          'notNull', a.attnotnull, 'isGenerated', a.attgenerated <> '')), '[]')
        FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
        WHERE a.attrelid = ANY (${oids}::oid[]) AND a.attname = ANY (${columns}::name[])
          AND a.attnum > 0 AND NOT a.attisdropped) AS "columns",
      (SELECT coalesce(json_agg(json_build_object(
          'oid', polrelid::text, 'name', polname, 'permissive', polpermissive, 'command', polcmd,
          'roles', ARRAY(SELECT pg_get_userbyid(role) FROM unnest(polroles) AS role),
          'using', pg_get_expr(polqual, polrelid),
          'check', pg_get_expr(polwithcheck, polrelid))), '[]')
        FROM pg_policy WHERE polrelid = ANY (${oids}::oid[])) AS "policies",
      (SELECT coalesce(json_agg(json_build_object(
          'oid', i.indrelid::text, 'primary', i.indisprimary,
          'leads', i.indisvalid AND i.indpred IS NULL AND c.relam = (SELECT oid FROM pg_am
            WHERE amname = 'btree'),
          'columns', i.indkey::int2[],
          'names', ARRAY(SELECT a.attname
            FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
              JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE k.place <= i.indnkeyatts ORDER BY k.place))), '[]')
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = ANY (${oids}::oid[])) AS "indexes",
      (SELECT coalesce(json_agg(json_build_object(
          'oid', d.adrelid::text, 'column', d.adnum,
          'isTenantDefault', p.refclassid = 'pg_proc'::regclass
            AND p.refobjid = to_regprocedure('plataforma.tenant_default()'),
          'isSequence', p.refclassid = 'pg_class'::regclass
            AND (SELECT relkind = 'S' FROM pg_class WHERE oid = p.refobjid))), '[]')
        FROM pg_attrdef AS d
          JOIN pg_depend AS p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
        WHERE d.adrelid = ANY (${oids}::oid[])
          AND p.refclassid IN ('pg_proc'::regclass, 'pg_class'::regclass)) AS "defaults"`.execute(
    trx,
  )
  return rows[0] ?? { columns: [], policies: [], indexes: [], defaults: [] }
}

/** Columns that draw from a sequence; partitions draw from the one of their parent. */
export async function readSequences(
  trx: Kysely<unknown>,
  oids: readonly string[],
): Promise<readonly (OfRelation & SequenceDefault)[]> {
  const { rows } = await sql<OfRelation & SequenceDefault>`
    SELECT d.adrelid::text AS "oid", a.attname::text AS "column", t.typname::text AS "type",
      json_build_object('schema', n.nspname, 'name', s.relname) AS "sequence",
      NOT EXISTS (SELECT FROM pg_depend AS o
          LEFT JOIN pg_attrdef AS od ON o.classid = 'pg_attrdef'::regclass AND od.oid = o.objid
        WHERE o.refclassid = 'pg_class'::regclass AND o.refobjid = s.oid AND o.deptype = 'n'
          AND od.adrelid IS DISTINCT FROM d.adrelid
          AND NOT coalesce(pg_partition_root(od.adrelid) = d.adrelid, false)) AS "alone"
    FROM pg_attrdef AS d
      JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
      JOIN pg_type AS t ON t.oid = a.atttypid
      JOIN pg_depend AS p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
        AND p.refclassid = 'pg_class'::regclass
      JOIN pg_class AS s ON s.oid = p.refobjid AND s.relkind = 'S'
      JOIN pg_namespace AS n ON n.oid = s.relnamespace
    WHERE d.adrelid = ANY (${oids}::oid[])`.execute(trx)
  return rows
}
