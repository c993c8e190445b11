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

/** The error for one that was edited when a part of it was done: the rest fits no more. */
export function editedHalfway({ migration, record }: ChangedMigration): PlataformaError {
  const { module, name, place: file, checksum: found } = migration
  return new PlataformaError(
    'PLT_MIGRATION_CHANGED',
    `Migration ${name} of "${module}" is half done, and was edited since: ${file}`,
    {
      module,
      remedy:
        'Take the edit back and run it again, once what stopped it is out of the way. Or do by hand what is missing, or undo what is done, and say so with repair: "applied" or "rolled-back".',
      details: { changed: [{ module, name, file, applied: record.checksum, found }] },
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
