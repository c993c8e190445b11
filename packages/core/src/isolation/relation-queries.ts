import { type Kysely, sql } from 'kysely'
import type { PolicyFacts, RelationFacts, SequenceDefault } from './relation-facts.js'

type OfRelation = { readonly oid: number }

type TreeRow = OfRelation &
  Omit<RelationFacts, 'tenant' | 'primaryKey' | 'policies' | 'sequences'> & {
    readonly rootName: string
  }

/** Relations of a schema, or one of them, each followed by its partitions. */
export async function readTree(
  trx: Kysely<unknown>,
  question: {
    readonly schema: string
    readonly table: string | undefined
    readonly users: readonly string[]
  },
): Promise<readonly TreeRow[]> {
  const table = question.table ?? null
  const { rows } = await sql<TreeRow>`
    WITH RECURSIVE tree AS (
      SELECT c.oid, 0 AS depth, c.relname AS root_name
      FROM pg_class AS c
      WHERE c.relnamespace = to_regnamespace(${question.schema})
        AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        AND (${table}::text IS NULL OR c.relname = ${table}::text)
      UNION ALL
      SELECT c.oid, t.depth + 1, t.root_name
      FROM tree AS t
        JOIN pg_inherits AS i ON i.inhparent = t.oid
        JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
    )
    SELECT
      c.oid AS "oid",
      tree.root_name::text AS "rootName",
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
        FROM unnest(${question.users}::text[]) AS grantee,
          unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS privilege) AS "granted"
    FROM tree
      JOIN pg_class AS c ON c.oid = tree.oid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
    ORDER BY tree.root_name, tree.depth, c.relname`.execute(trx)
  return rows
}

type ColumnRow = OfRelation & {
  readonly number: number
  readonly name: string
  readonly quoted: string
  readonly type: string
  readonly deterministic: boolean
  readonly notNull: boolean
}

export async function readColumns(
  trx: Kysely<unknown>,
  oids: readonly number[],
  names: readonly string[],
): Promise<readonly ColumnRow[]> {
  const { rows } = await sql<ColumnRow>`
    SELECT a.attrelid AS "oid", a.attnum AS "number", a.attname::text AS "name",
      quote_ident(a.attname) AS "quoted", t.typname::text AS "type",
      coalesce((SELECT collisdeterministic FROM pg_collation WHERE oid = a.attcollation), true)
        AS "deterministic",
      a.attnotnull AS "notNull"
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
    WHERE a.attrelid = ANY (${oids}::oid[]) AND a.attname = ANY (${names}::name[])
      AND a.attnum > 0 AND NOT a.attisdropped`.execute(trx)
  return rows
}

export async function readPolicies(
  trx: Kysely<unknown>,
  oids: readonly number[],
): Promise<readonly (OfRelation & PolicyFacts)[]> {
  const { rows } = await sql<OfRelation & PolicyFacts>`
    SELECT polrelid AS "oid", polname::text AS "name", polpermissive AS "permissive",
      polcmd::text AS "command",
      ARRAY(SELECT pg_get_userbyid(role)::text FROM unnest(polroles) AS role) AS "roles",
      pg_get_expr(polqual, polrelid) AS "using", pg_get_expr(polwithcheck, polrelid) AS "check"
    FROM pg_policy WHERE polrelid = ANY (${oids}::oid[])`.execute(trx)
  return rows
}

type IndexRow = OfRelation & {
  readonly primary: boolean
  /** Whether rows can be found by its first column. */
  readonly leads: boolean
  readonly columns: readonly number[]
  readonly names: readonly string[]
}

export async function readIndexes(
  trx: Kysely<unknown>,
  oids: readonly number[],
): Promise<readonly IndexRow[]> {
  const { rows } = await sql<IndexRow>`
    SELECT i.indrelid AS "oid", i.indisprimary AS "primary",
      i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree' AS "leads",
      i.indkey::int2[] AS "columns",
      ARRAY(SELECT a.attname::text
        FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
          JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS "names"
    FROM pg_index AS i
      JOIN pg_class AS c ON c.oid = i.indexrelid
      JOIN pg_am AS m ON m.oid = c.relam
    WHERE i.indrelid = ANY (${oids}::oid[])`.execute(trx)
  return rows
}

type DefaultRow = OfRelation & {
  readonly column: number
  readonly isTenantDefault: boolean
  readonly sequence: number | null
}

/** What the defaults of columns call or draw from. */
export async function readDefaults(
  trx: Kysely<unknown>,
  oids: readonly number[],
): Promise<readonly DefaultRow[]> {
  const { rows } = await sql<DefaultRow>`
    SELECT d.adrelid AS "oid", d.adnum AS "column",
      p.refclassid = 'pg_proc'::regclass
        AND p.refobjid = to_regprocedure('plataforma.tenant_default()') AS "isTenantDefault",
      (SELECT s.oid FROM pg_class AS s WHERE s.oid = p.refobjid AND s.relkind = 'S'
        AND p.refclassid = 'pg_class'::regclass) AS "sequence"
    FROM pg_attrdef AS d
      JOIN pg_depend AS p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
    WHERE d.adrelid = ANY (${oids}::oid[])
      AND p.refclassid IN ('pg_proc'::regclass, 'pg_class'::regclass)`.execute(trx)
  return rows
}

/** Columns that draw from a sequence; partitions draw from the one of their parent. */
export async function readSequences(
  trx: Kysely<unknown>,
  oids: readonly number[],
): Promise<readonly (OfRelation & SequenceDefault)[]> {
  const { rows } = await sql<OfRelation & SequenceDefault>`
    SELECT d.adrelid AS "oid", a.attname::text AS "column", t.typname::text AS "type",
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
