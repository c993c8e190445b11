import { sql } from 'kysely'
import type { LockHolder } from '../system/migration-progress.js'
import type { LockKey } from './lock-key.js'
import type { MigrationSession } from './migration-session.js'
import { APPLICATION_PREFIX } from './session-settings.js'

export interface DeployerHolder extends LockHolder {
  /** Whether it is no run of migrations that holds our key. */
  readonly isForeign: boolean
}

export interface ActivityRow {
  readonly pid: number
  readonly user: string | null
  readonly application: string | null
  readonly host: string | null
  readonly sinceMs: string
  readonly query: string | null
}

/** Who holds a lock now, and since when it migrates; `undefined` where it was just let go. */
export async function lockHolder(
  session: MigrationSession,
  { space, key }: LockKey,
): Promise<DeployerHolder | undefined> {
  const [row] = await session.query(sql<ActivityRow & { readonly run: string | null }>`
    SELECT a.pid AS "pid", a.usename::text AS "user", a.application_name AS "application",
      host(a.client_addr) AS "host", left(a.query, 500) AS "query",
      (extract(epoch FROM coalesce(r.started_at, a.backend_start, now())) * 1000)::text AS "sinceMs",
      r.id::text AS "run"
    FROM pg_catalog.pg_locks AS l
      JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid
      LEFT JOIN plataforma.migration_runs AS r ON r.ended_at IS NULL AND r.backend_pid = l.pid
        AND r.backend_start = a.backend_start
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
      AND l.classid = ${space}::bigint::oid AND l.objid = ${key}::bigint::oid
      AND l.pid <> pg_backend_pid()
    LIMIT 1`)
  if (row === undefined) return undefined
  const isOurs = row.run !== null || row.application?.startsWith(APPLICATION_PREFIX) === true
  return { ...toHolder(row), isForeign: !isOurs }
}

export function toHolder(row: ActivityRow): LockHolder {
  return {
    pid: row.pid,
    user: row.user ?? '',
    application: row.application ?? '',
    host: row.host ?? undefined,
    since: new Date(Number(row.sinceMs)),
    query: row.query || undefined,
  }
}
