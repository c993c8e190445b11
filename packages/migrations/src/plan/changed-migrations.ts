import { PlataformaError } from '@plataforma/core'
import type { Migration } from '../migration/migration.js'
import type { MigrationRecord } from '../registry/migration-record.js'

/** A migration whose text is no longer the one that was applied. */
export interface ChangedMigration {
  readonly migration: Migration
  readonly record: MigrationRecord
}

/** Whether a migration is another than the one that was applied under its name. */
export function isChanged(migration: Migration, record: MigrationRecord): boolean {
  if (record.checksum === undefined || migration.checksum === record.checksum) return false
  // Functions have no text to compare; SQL that became functions is another migration.
  return migration.checksum !== undefined || record.kind === 'sql'
}

/** A statement that has happened, and is another in the file now. */
export interface EditedStatement {
  /** From 1. */
  readonly statement: number
  /** Whether the file ends before it. */
  readonly isGone: boolean
  /** In the file as it is now, from 1. */
  readonly line: number | undefined
  /** Statements that have happened. */
  readonly done: number
  readonly of: number
  /** Shows the statement. */
  readonly place: string
}

/** The error for one that was edited when a part of it was done: the rest fits no more. */
export function editedHalfway(
  { migration, record }: ChangedMigration,
  edited?: EditedStatement,
): PlataformaError {
  const { module, name, place: file, checksum: found } = migration
  const { statement, isGone, line, done, of, place } = edited ?? {}
  const settle =
    'Or do by hand what is missing, or undo what is done, and say so with repair: "applied" or "rolled-back".'
  return new PlataformaError(
    'PLT_MIGRATION_CHANGED',
    edited === undefined
      ? `Migration ${name} of "${module}" is half done, and was edited since: ${file}`
      : `Migration ${name} of "${module}" is half done, and its statement ${statement}, which has happened, was ${isGone ? 'taken out' : 'edited'} since:\n${place}`,
    {
      module,
      remedy:
        edited === undefined
          ? `Take the edit back and run it again, once what stopped it is out of the way. ${settle}`
          : `Bring back the first ${done} of its ${of} statements as they were, and run it again: those after them may be edited. ${settle}`,
      details: {
        changed: [{ module, name, file, applied: record.checksum, found }],
        ...(edited === undefined ? {} : { statement, done, of, ...(line && { line }) }),
      },
    },
  )
}

/** The error that lists edited migrations; `details.changed` has module, name and file of each. */
export function changedError(changed: readonly ChangedMigration[]): PlataformaError {
  const names = changed.map(({ migration: { module, name } }) => `${module}:${name}`)
  const list = changed.map(({ migration }, index) => `  ${names[index]} (${migration.place})`)
  const [first] = changed
  return new PlataformaError(
    'PLT_MIGRATION_CHANGED',
    `${changed.length === 1 ? 'A migration was' : `${changed.length} migrations were`} edited after being applied:\n${list.join('\n')}`,
    {
      ...(first === undefined ? {} : { module: first.migration.module }),
      remedy:
        'Take the edit back and write it as a new migration, or, when the database already is as the edited text says, accept it with repair.',
      details: {
        changed: changed.map(({ migration, record }) => ({
          module: migration.module,
          name: migration.name,
          file: migration.place,
          applied: record.checksum,
          found: migration.checksum,
        })),
      },
    },
  )
}
