import { hostname } from 'node:os'
import { type RawBuilder, sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { HistoryEntry } from '../system/migration-reports.js'

/**
 * Parts of a WITH clause that write the registry. `written` gives a row where the history was as it
 * was thought to be, and none where another process has written it.
 */
export type HistoryWrites = RawBuilder<unknown>

export interface AppliedWrite {
  readonly migration: Migration
  readonly downText: string | undefined
  /** `new`: there is no row yet; `again`: of a repeatable one; `resume`: of a begun one. */
  readonly reason: 'new' | 'again' | 'resume'
  readonly run: string | undefined
  /** Milliseconds; the time of the transaction unless given. */
  readonly durationMs?: number
  readonly state?: 'applied' | 'running'
  readonly event?: Extract<HistoryEntry['event'], 'applied' | 'baselined'>
}

const TRANSACTION_MS = sql`extract(epoch FROM clock_timestamp() - now()) * 1000`

/** Writes down that a migration is applied, or begun. */
export function writeApplied(write: AppliedWrite): HistoryWrites {
  const { migration, downText, reason, run, durationMs, state = 'applied' } = write
  const { module, name, kind, checksum, text, metadata } = migration
  const { version, dependencies, repeatable, irreversible, rls } = metadata
  const needs = dependencies.map((dependency) => dependency.text)
  const duration = durationMs === undefined ? TRANSACTION_MS : sql`${durationMs}::float8`
  const conflict =
    reason === 'new'
      ? sql`DO NOTHING`
      : sql`DO UPDATE SET
          version = excluded.version, kind = excluded.kind, checksum = excluded.checksum,
          up_text = excluded.up_text, down_text = excluded.down_text,
          dependencies = excluded.dependencies, repeatable = excluded.repeatable,
          irreversible = excluded.irreversible, rls = excluded.rls, state = excluded.state,
          position = DEFAULT, applied_at = clock_timestamp(), duration_ms = excluded.duration_ms,
          applied_by = excluded.applied_by, run = excluded.run
        WHERE m.state = ANY (${reason === 'again' ? ['applied'] : ['running', 'needs-attention']})`
  return sql`
    written AS (
      INSERT INTO plataforma.migrations AS m (module, name, version, kind, checksum, up_text,
        down_text, dependencies, repeatable, irreversible, rls, state, duration_ms, applied_by, run)
      VALUES (${module}, ${name}, ${version ?? null}, ${kind}, ${checksum ?? null}, ${text ?? null},
        ${downText ?? null}, ${needs}::text[], ${repeatable}, ${irreversible}, ${rls}, ${state},
        ${duration}, ${by()}, ${run ?? null}::bigint)
      ON CONFLICT (module, name) ${conflict}
      RETURNING m.module
    )${state === 'applied' ? noted({ ...write, duration }) : sql``}`
}

function noted({
  migration: { module, name, checksum, metadata },
  run,
  duration,
  event = 'applied',
}: AppliedWrite & { readonly duration: RawBuilder<unknown> }): RawBuilder<unknown> {
  const { version } = metadata
  return sql`,
    noted AS (
      INSERT INTO plataforma.migration_events
        (run, module, name, event, version, checksum, duration_ms, by)
      SELECT ${run ?? null}::bigint, ${module}, ${name}, ${event}, ${version ?? null},
        ${checksum ?? null}, ${duration}, ${by()}
      FROM written
    )`
}

export interface RolledBackWrite {
  readonly module: string
  readonly name: string
  readonly run: string | undefined
  readonly durationMs?: number
}

/** Takes a migration out of the history once its down has run. */
export function writeRolledBack(write: RolledBackWrite): HistoryWrites {
  const { module, name, run, durationMs } = write
  const duration = durationMs === undefined ? TRANSACTION_MS : sql`${durationMs}::float8`
  return sql`
    written AS (
      DELETE FROM plataforma.migrations
      WHERE module = ${module} AND name = ${name} AND state IN ('applied', 'undoing')
      RETURNING version, checksum
    ),
    noted AS (
      INSERT INTO plataforma.migration_events
        (run, module, name, event, version, checksum, duration_ms, by)
      SELECT ${run ?? null}::bigint, ${module}, ${name}, 'rolled-back', version, checksum,
        ${duration}, ${by()}
      FROM written
    )`
}

/** Login and host of who writes. */
export function by(): RawBuilder<string> {
  return sql<string>`(session_user || '@' || ${hostname()}::text)`
}
