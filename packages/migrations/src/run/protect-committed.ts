import { PlataformaError } from '@plataforma/core'
import { sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { MigrationSession } from './migration-session.js'
import type { RunContext } from './run-context.js'

/**
 * Protects tables of a module that a statement outside of transactions has made or let go: it has
 * committed by itself, and nothing looked at them before.
 */
export async function protectCommitted(
  session: MigrationSession,
  { ground }: RunContext,
  { module, metadata }: Pick<Migration, 'module' | 'metadata'>,
): Promise<void> {
  const { tenantColumn } = ground
  if (tenantColumn === undefined) return
  const rows = await session.query(sql<{ name: string }>`
    SELECT c.relname::text AS "name"
    FROM pg_catalog.pg_class AS c
    WHERE c.relnamespace = to_regnamespace(${ground.schemaOf(module)})
      AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
      AND NOT EXISTS (
        SELECT FROM plataforma.tables AS known
        WHERE known.module = ${module} AND known.name = c.relname AND NOT known.rls)
      AND EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = ${tenantColumn} AND NOT a.attisdropped)
    ORDER BY c.relname`)
  for (const { name: table } of rows) {
    try {
      await session.db
        .transaction()
        .execute((trx) => ground.ensureTable({ module, table, rls: metadata.rls }, trx))
    } catch (error) {
      if (!(error instanceof PlataformaError) || error.code !== 'PLT_TYPE_INVALID') throw error
      // It is committed already: nothing takes it back.
      ground.log('error', error.message, { module, remedy: error.remedy })
    }
  }
}
