import { type Kysely, sql } from 'kysely'
import { moduleSchema } from '../../identity/module-name.js'
import type { ModuleFinding } from './table-findings.js'

/** A table through which the rows of a protected one are read past its policies; plain JSON. */
export interface OpenParent {
  readonly module: string
  /** The protected table, which inherits. */
  readonly table: string
  readonly tenantColumn: string
  /** The schema of the parent, which need not be the module's. */
  readonly parentSchema: string
  readonly parent: string
  readonly message: string
  readonly remedy: string
}

/**
 * Parents, by INHERITS, of protected tables that are not under the same policies: PostgreSQL applies
 * those of the table that a statement names. Partitions are left out, and tables that are meant to
 * be open. On a session of the administrator.
 */
export async function openParents(
  db: Kysely<unknown>,
  modules: readonly string[],
  tenantColumn: string,
): Promise<readonly OpenParent[]> {
  const { rows } = await sql<Omit<OpenParent, 'message' | 'remedy'>>`
    SELECT m.module AS "module", child.relname::text AS "table",
      tenant.attname::text AS "tenantColumn",
      n.nspname::text AS "parentSchema", parent.relname::text AS "parent"
    FROM unnest(${modules}::text[], ${modules.map(moduleSchema)}::text[]) AS m (module, schema)
      JOIN pg_catalog.pg_class AS child ON child.relnamespace = to_regnamespace(m.schema)
        AND child.relkind = 'r' AND NOT child.relispartition
      JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = child.oid
      JOIN pg_catalog.pg_class AS parent ON parent.oid = i.inhparent
      JOIN pg_catalog.pg_namespace AS n ON n.oid = parent.relnamespace
      LEFT JOIN plataforma.tables AS known
        ON known.module = m.module AND known.name = child.relname
      JOIN pg_catalog.pg_attribute AS tenant ON tenant.attrelid = child.oid
        AND tenant.attname = coalesce(known.tenant_column, ${tenantColumn})
        AND NOT tenant.attisdropped
    WHERE known.rls IS DISTINCT FROM false
      AND NOT (parent.relrowsecurity AND parent.relforcerowsecurity AND EXISTS (
        SELECT FROM pg_catalog.pg_policy AS p
          JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_policy'::regclass
            AND d.objid = p.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
            AND d.refobjid = parent.oid
          JOIN pg_catalog.pg_attribute AS a ON a.attrelid = parent.oid AND a.attnum = d.refobjsubid
        WHERE p.polrelid = parent.oid AND p.polname = 'plataforma_tenant'
          AND a.attname = tenant.attname))
    ORDER BY 1, 2, 4, 5`.execute(db)
  return rows.map((row) => ({ ...row, ...adviceOn(row) }))
}

/** The same, for people. */
export async function parentFindings(
  db: Kysely<unknown>,
  modules: readonly string[],
  tenantColumn: string,
): Promise<readonly ModuleFinding[]> {
  const found = await openParents(db, modules, tenantColumn)
  return found.map(({ module, message, remedy }) => ({
    module,
    finding: { id: 'parent-unprotected', grade: 'error', message, remedy },
  }))
}

function adviceOn(row: Omit<OpenParent, 'message' | 'remedy'>) {
  const table = `${moduleSchema(row.module)}.${row.table}`
  const parent = `${row.parentSchema}.${row.parent}`
  return {
    message: `${table} inherits from ${parent}, which is not under the policies of "${row.tenantColumn}": whoever reads the parent reads the rows of every tenant.`,
    remedy: `Give the parent the column "${row.tenantColumn}" and protect it, end the inheritance (NO INHERIT), or make partitions.`,
  }
}
