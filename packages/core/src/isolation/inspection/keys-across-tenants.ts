import { type Kysely, sql } from 'kysely'
import { moduleSchema } from '../../identity/module-name.js'
import { quoteIdentifier } from '../server-facts.js'

/** A key of a protected table that tenants share; plain JSON. */
export interface KeyAcrossTenants {
  readonly module: string
  readonly table: string
  /** Of the constraint, or of the index where there is none. */
  readonly name: string
  readonly kind: 'unique' | 'reference'
  readonly columns: readonly string[]
  /** The table that a reference points at. */
  readonly target: string | null
  readonly message: string
  readonly remedy: string
  /** Drops the key. */
  readonly sql: string
}

interface KeyRow extends Omit<KeyAcrossTenants, 'message' | 'remedy' | 'sql'> {
  readonly constraint: boolean
}

/**
 * Keys of protected tables that cross tenants: a unique key without the tenant column tells one
 * tenant what another has; a reference without it points, and cascades, into another's rows. A
 * primary key of one UUID column is left out: nobody guesses one.
 */
export async function keysAcrossTenants(
  db: Kysely<unknown>,
  modules: readonly string[],
  table?: string,
): Promise<readonly KeyAcrossTenants[]> {
  const { rows } = await sql<KeyRow>`
    WITH guarded AS (
      SELECT c.oid, c.relname, t.module, t.tenant_column,
        (SELECT a.attnum FROM pg_catalog.pg_attribute AS a
          WHERE a.attrelid = c.oid AND a.attname = t.tenant_column) AS tenant
      FROM plataforma.tables AS t
        JOIN pg_catalog.pg_namespace AS n ON n.nspname = 'module_' || t.module
        JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = t.name
      WHERE t.rls
    ), mine AS (
      SELECT * FROM guarded AS g
      WHERE g.module = ANY (${modules}::text[])
        AND (${table ?? null}::text IS NULL OR g.relname = ${table ?? null}::text)
    )
    SELECT m.module AS "module", 'unique' AS "kind", m.relname::text AS "table", ic.relname::text AS "name",
      ARRAY(SELECT coalesce(a.attname::text, pg_get_indexdef(i.indexrelid, k.place::int, true))
        FROM unnest(i.indkey) WITH ORDINALITY AS k (number, place)
          LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = m.oid AND a.attnum = k.number
            AND k.number <> 0
        WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS "columns",
      NULL AS "target",
      EXISTS (SELECT FROM pg_catalog.pg_constraint AS x WHERE x.conindid = i.indexrelid
        AND x.conrelid = m.oid AND x.contype IN ('u', 'p')) AS "constraint"
    FROM mine AS m
      JOIN pg_catalog.pg_index AS i ON i.indrelid = m.oid AND i.indisunique
      JOIN pg_catalog.pg_class AS ic ON ic.oid = i.indexrelid
    WHERE NOT m.tenant = ANY ((i.indkey::int2[])[:i.indnkeyatts - 1])
      AND NOT (i.indisprimary AND i.indnkeyatts = 1 AND EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = m.oid AND a.attnum = i.indkey[0] AND a.atttypid = 'uuid'::regtype))
    UNION ALL
    SELECT m.module, 'reference', m.relname::text, x.conname::text,
      ARRAY(SELECT a.attname::text FROM unnest(x.conkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = m.oid AND a.attnum = k.number
        ORDER BY k.place),
      g.relname::text, true
    FROM mine AS m
      JOIN pg_catalog.pg_constraint AS x ON x.conrelid = m.oid AND x.contype = 'f'
        AND x.conparentid = 0
      JOIN guarded AS g ON g.oid = x.confrelid
    WHERE NOT EXISTS (SELECT FROM unnest(x.conkey, x.confkey) AS k (here, there)
      WHERE k.here = m.tenant AND k.there = g.tenant)
    ORDER BY 1, 3, 4`.execute(db)
  return rows.map(({ constraint, ...row }) => ({ ...row, ...adviceOn({ ...row, constraint }) }))
}

function adviceOn(row: KeyRow): Pick<KeyAcrossTenants, 'message' | 'remedy' | 'sql'> {
  const { module, kind, name } = row
  const table = `${moduleSchema(module)}.${quoteIdentifier(row.table)}`
  const columns = row.columns.join(', ')
  const dropConstraint = `ALTER TABLE ${table} DROP CONSTRAINT ${quoteIdentifier(name)};`
  if (kind === 'reference') {
    return {
      message: `The reference ${name} of ${table} (${columns}) to "${row.target}" does not include the tenant: a tenant can point at, and cascade into, another's rows.`,
      remedy: 'Drop it, and add it again with the tenant column on both sides.',
      sql: dropConstraint,
    }
  }
  return {
    message: `The unique key ${name} of ${table} (${columns}) does not include the tenant: it tells a tenant what another has.`,
    remedy: 'Drop it, and make it again with the tenant column.',
    sql: row.constraint
      ? dropConstraint
      : `DROP INDEX ${moduleSchema(module)}.${quoteIdentifier(name)};`,
  }
}
