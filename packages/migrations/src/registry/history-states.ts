import { sql } from 'kysely'
import type { HistoryWrites } from './history-writes.js'
import type { MigrationRecord } from './migration-record.js'
import { clearProgress } from './progress.js'

interface MigrationKey {
  readonly module: string
  readonly name: string
}

/** Writes down that nobody can tell what has become of a migration. */
export function writeNeedsAttention({ module, name }: MigrationKey): HistoryWrites {
  return sql`
    written AS (
      UPDATE plataforma.migrations SET state = 'needs-attention'
      WHERE module = ${module} AND name = ${name}
      RETURNING name
    )`
}

/** Writes down that the down of a migration begins. */
export function writeUndoing({ module, name }: MigrationKey): HistoryWrites {
  return sql`
    written AS (
      UPDATE plataforma.migrations SET state = 'undoing'
      WHERE module = ${module} AND name = ${name} AND state = 'applied'
      RETURNING name
    )`
}

/** Writes down that a migration stands as it did before something that came to nothing. */
export function writeStillApplied({
  module,
  name,
  checksum,
}: Pick<MigrationRecord, 'module' | 'name' | 'checksum'>): HistoryWrites {
  return sql`
    written AS (
      UPDATE plataforma.migrations SET state = 'applied', checksum = ${checksum ?? null}
      WHERE module = ${module} AND name = ${name} AND state IN ('undoing', 'running')
      RETURNING name
    )${clearProgress({ module, name })}`
}

/** Takes a migration out of the history of which nothing has happened. */
export function writeNotBegun({ module, name }: MigrationKey): HistoryWrites {
  return sql`
    written AS (
      DELETE FROM plataforma.migrations
      WHERE module = ${module} AND name = ${name} AND state IN ('running', 'needs-attention')
      RETURNING name
    )`
}
