import { setTimeout } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'

const POLL_MS = 200

export interface BuildersOf {
  /** OID of the table. */
  readonly table: string
  /** OID of one index of it; all its indexes where left out. */
  readonly index?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits until nobody else builds the index: the session of a process that is gone goes on with what
 * it was at, and what looks like a remnant is its work.
 */
export async function untilNobodyBuilds(
  session: Kysely<unknown>,
  { table, index, signal }: BuildersOf,
): Promise<void> {
  while (await isBuilt(session, table, index)) await setTimeout(POLL_MS, undefined, { signal })
}

async function isBuilt(
  session: Kysely<unknown>,
  table: string,
  index: string | undefined,
): Promise<boolean> {
  const { rows } = await sql`
    SELECT 1 FROM pg_stat_progress_create_index p
    JOIN pg_database d ON d.oid = p.datid
    WHERE d.datname = current_database() AND p.pid <> pg_backend_pid()
      AND p.relid IN (
        SELECT ${table}::oid UNION
        SELECT reltoastrelid FROM pg_class WHERE oid = ${table}::oid AND reltoastrelid <> 0)
      AND (${index ?? null}::oid IS NULL OR p.index_relid = ${index ?? null}::oid)
    LIMIT 1`.execute(session)
  return rows.length > 0
}
