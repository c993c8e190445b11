import { hostname } from 'node:os'
import { type Kysely, sql } from 'kysely'

/**
 * Writes down that a run begins, on its own session, and gives its number. With the deployer lock:
 * whoever has not written its end is gone.
 */
export async function beginRun(session: Kysely<unknown>): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    WITH gone AS (
      UPDATE plataforma.migration_runs
      SET ended_at = clock_timestamp(), outcome = 'failed', error = 'its session was lost'
      WHERE ended_at IS NULL
    )
    INSERT INTO plataforma.migration_runs
      (host, pid, application, backend_pid, backend_start)
    SELECT ${hostname()}, ${process.pid}::int, current_setting('application_name'),
      pg_backend_pid(), backend_start
    FROM pg_stat_get_activity(pg_backend_pid())
    RETURNING id::text AS "id"`.execute(session)
  const [row] = rows
  if (row === undefined) throw new Error('the server gives no number for a run')
  return row.id
}

export interface RunOutcome {
  readonly outcome: 'done' | 'failed' | 'stopped'
  readonly error?: string | undefined
}

export async function endRun(
  session: Kysely<unknown>,
  run: string,
  { outcome, error }: RunOutcome,
): Promise<void> {
  await sql`
    UPDATE plataforma.migration_runs
    SET ended_at = clock_timestamp(), outcome = ${outcome}, error = ${error ?? null}
    WHERE id = ${run}::bigint`.execute(session)
}
