import { sql } from 'kysely'
import type { Migration } from '../migration/migration.js'
import type { HistoryWrites } from './history-writes.js'
import { clearProgress } from './progress.js'

interface MigrationKey {
  readonly module: string
  readonly name: string
}

/** Takes the text of a migration as it is now for the one that was applied, or begun. */
export function writeAccepted({
  migration,
  downText,
  state,
}: {
  readonly migration: Migration
  readonly downText: string | undefined
  readonly state: 'applied' | 'running'
}): HistoryWrites {
  const { module, name, kind, checksum, text, metadata } = migration
  const { version, dependencies, repeatable, irreversible, rls } = metadata
  return sql`
    written AS (
      UPDATE plataforma.migrations SET
        kind = ${kind}, checksum = ${checksum ?? null}, up_text = ${text ?? null},
        down_text = ${downText ?? null}, version = ${version ?? null},
        dependencies = ${dependencies.map((one) => one.text)}::text[],
        repeatable = ${repeatable}, irreversible = ${irreversible}, rls = ${rls}
      WHERE module = ${module} AND name = ${name} AND state = ${state}
      RETURNING name
    )`
}

/** Says that all of an interrupted migration has happened. */
export function writeSettled({ module, name }: MigrationKey): HistoryWrites {
  return sql`
    written AS (
      UPDATE plataforma.migrations SET state = 'applied'
      WHERE module = ${module} AND name = ${name}
      RETURNING name
    )${clearProgress({ module, name })}`
}

/** Says that nothing of an interrupted migration is there. */
export function writeForgotten({ module, name }: MigrationKey): HistoryWrites {
  return sql`
    written AS (
      DELETE FROM plataforma.migrations WHERE module = ${module} AND name = ${name}
      RETURNING name
    )`
}

/** Says that the statement in which a migration was interrupted has not happened. */
export function writeRetried({ module, name }: MigrationKey): HistoryWrites {
  return sql`
    written AS (
      UPDATE plataforma.migrations AS m SET state = CASE WHEN EXISTS (
          SELECT FROM plataforma.migration_progress AS p
          WHERE p.module = m.module AND p.name = m.name AND p.direction = 'down'
        ) THEN 'undoing' ELSE 'running' END
      WHERE module = ${module} AND name = ${name}
      RETURNING name
    ),
    cleared AS (
      DELETE FROM plataforma.migration_progress
      WHERE module = ${module} AND name = ${name} AND state = 'begun'
        AND effect ->> 'statements' IS NULL
    )`
}
