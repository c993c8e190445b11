import { sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { MigrationSession } from './migration-session.js'

/** Takes away what a migration has prepared: the next one may prepare it under the same name. */
export async function forgetPrepared(
  session: MigrationSession,
  { text }: Pick<Migration, 'text'>,
): Promise<void> {
  if (text !== undefined && !/\bprepare\b/i.test(text)) return
  const rows = await session.query(sql<{ name: string }>`
    SELECT name FROM pg_catalog.pg_prepared_statements
    WHERE from_sql AND NOT starts_with(name, 'plataforma_')
      AND prepare_time >= ${session.begunAt}::timestamptz`)
  for (const { name } of rows) await sql`DEALLOCATE ${sql.id(name)}`.execute(session.db)
}
