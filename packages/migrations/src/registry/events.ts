import { toPlataformaError } from '@plataforma/core'
import { type Kysely, sql } from 'kysely'
import type { HistoryEntry } from '../system/migration-reports.js'
import { by } from './history-writes.js'
import { isMissingRegistry } from './read-history.js'

export interface EventWrite extends Pick<HistoryEntry, 'module' | 'name' | 'event'> {
  readonly run: string | undefined
  readonly version?: string | undefined
  readonly detail?: string | undefined
}

export async function writeEvent(db: Kysely<unknown>, write: EventWrite): Promise<void> {
  const { run, module, name, event, version, detail } = write
  await sql`
    INSERT INTO plataforma.migration_events (run, module, name, event, version, by, detail)
    VALUES (${run ?? null}::bigint, ${module}, ${name}, ${event}, ${version ?? null}, ${by()},
      ${detail ?? null})`.execute(db)
}

interface Row extends Omit<HistoryEntry, 'at'> {
  readonly atMs: number
}

/** All events, oldest first, of one module or of all. */
export async function readEvents(
  db: Kysely<unknown>,
  module: string | undefined,
): Promise<readonly HistoryEntry[]> {
  try {
    return await select(db, module)
  } catch (error) {
    if (isMissingRegistry(error)) return []
    throw toPlataformaError(error)
  }
}

async function select(
  db: Kysely<unknown>,
  module: string | undefined,
): Promise<readonly HistoryEntry[]> {
  const { rows } = await sql<{ events: string }>`
    SELECT coalesce(json_agg(json_build_object(
        'atMs', extract(epoch FROM at) * 1000, 'module', module, 'name', name, 'event', event,
        'version', version, 'durationMs', duration_ms, 'by', by, 'detail', detail
      ) ORDER BY id), '[]')::text AS "events"
    FROM plataforma.migration_events
    WHERE ${module ?? null}::text IS NULL OR module = ${module ?? null}::text`.execute(db)
  const events = JSON.parse(rows[0]?.events ?? '[]') as readonly Row[]
  return events.map(({ atMs, ...event }) => ({ at: new Date(atMs).toISOString(), ...event }))
}
