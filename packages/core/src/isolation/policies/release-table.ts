import { type Kysely, sql } from 'kysely'
import { escapeLiteral } from 'pg'
import { moduleSchema } from '../../identity/module-name.js'
import { asAdministrator, withRole } from '../acting-role.js'
import type { Isolation } from '../isolation.js'
import { quoteIdentifier } from '../server-facts.js'
import { POLICY_NAMES } from './tenant-policies.js'

/** A column that is about to go, or to become another; found by the search_path without a schema. */
export interface ColumnChange {
  readonly schema?: string | undefined
  readonly table: string
  readonly column: string
}

const NAMES = POLICY_NAMES.map((name) => escapeLiteral(name)).join(', ')

/**
 * A statement of the table's owner that takes policies and default of ours away where they stand in
 * the way of what is done to the column next, and does nothing else where they do not. It holds the
 * table against everybody until the transaction ends.
 */
export function releaseStatement({ schema, table, column }: ColumnChange): string {
  const path = [...(schema === undefined ? [] : [schema]), table].map(quoteIdentifier).join('.')
  return releasing(
    path,
    `EXISTS (
      SELECT FROM pg_catalog.pg_policy AS p
        JOIN pg_catalog.pg_depend AS d ON d.classid = 'pg_catalog.pg_policy'::regclass
          AND d.objid = p.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE p.polrelid = target AND d.refobjid = target AND a.attname = ${escapeLiteral(column)}
        AND p.polname IN (${NAMES}))`,
  )
}

/**
 * Takes a table that has no tenant column any more out of isolation, with its partitions, inside a
 * transaction of the administrator that holds it.
 */
export async function releaseTable(
  trx: Kysely<unknown>,
  { names, server }: Isolation,
  wanted: { readonly module: string; readonly table: string; readonly tenantColumn: string },
): Promise<void> {
  const { module, table, tenantColumn } = wanted
  const path = [moduleSchema(module), table].map(quoteIdentifier).join('.')
  await asAdministrator(trx, server.administrator, async () => {
    await withRole(trx, names.owner(module), () => sql.raw(releasing(path, 'true')).execute(trx))
    // A column of another name was asked for: where it comes again, it is meant again.
    await sql`
      DELETE FROM plataforma.tables
      WHERE module = ${module} AND name = ${table}
        AND coalesce(tenant_column, ${tenantColumn}) = ${tenantColumn}`.execute(trx)
  })
}

function releasing(path: string, condition: string): string {
  return `DO $plataforma$
DECLARE
  target regclass := pg_catalog.to_regclass(${escapeLiteral(path)});
  part record;
  found record;
BEGIN
  IF target IS NULL OR NOT ${condition} THEN RETURN; END IF;
  EXECUTE pg_catalog.format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', target);
  FOR part IN
    WITH RECURSIVE tree AS (
      SELECT target::oid AS oid
      UNION
      SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN tree ON tree.oid = i.inhparent
    )
    SELECT c.oid, c.oid::regclass AS name FROM tree JOIN pg_catalog.pg_class AS c ON c.oid = tree.oid
    WHERE c.relkind IN ('r', 'p') AND c.relrowsecurity
  LOOP
    FOR found IN
      SELECT polname AS name FROM pg_catalog.pg_policy
      WHERE polrelid = part.oid AND polname IN (${NAMES})
    LOOP
      EXECUTE pg_catalog.format('DROP POLICY %I ON %s', found.name, part.name);
    END LOOP;
    FOR found IN
      SELECT a.attname AS name
      FROM pg_catalog.pg_attrdef AS d
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
      WHERE d.adrelid = part.oid
        AND pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE '%plataforma.tenant_default()%'
    LOOP
      EXECUTE pg_catalog.format('ALTER TABLE ONLY %s ALTER COLUMN %I DROP DEFAULT',
        part.name, found.name);
    END LOOP;
    EXECUTE pg_catalog.format(
      'ALTER TABLE %s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', part.name);
  END LOOP;
END $plataforma$`
}
