import type { PlataformaError } from '@plataforma/core'
import type { Migration } from '../../migration/migration.js'
import { showPlace } from '../../place/text-place.js'
import { editedHalfway } from '../../plan/changed-migrations.js'
import type { MigrationRecord } from '../../registry/migration-record.js'
import type { ScriptStatement } from '../../script/migration-script.js'
import type { BegunText } from './begun-text.js'
import { differentStatement } from './different-statement.js'

export interface EditedBegun {
  readonly migration: Migration
  readonly record: MigrationRecord
  /** `undefined` of code. */
  readonly begun: BegunText | undefined
  /** The statements of the file as it is now. */
  readonly statements: readonly ScriptStatement[]
}

/** Why a half-done migration cannot go on with its edited text; `undefined` where it can. */
export function editRefusal(edited: EditedBegun): PlataformaError | undefined {
  const { migration, record, begun, statements } = edited
  if (begun === undefined || migration.kind === 'code') return editedHalfway({ migration, record })
  const at = differentStatement(begun.statements.slice(0, begun.done), statements)
  return at === undefined ? undefined : differs(edited, begun, at)
}

/** The error for a statement that has happened and stands otherwise in the file now. */
export function differs(
  { migration, record, statements }: EditedBegun,
  begun: BegunText,
  at: number,
): PlataformaError {
  const { text = '', place: file } = migration
  const now = statements[at]
  const was = begun.statements[at]
  const shown =
    now !== undefined
      ? showPlace({ file, text, offset: now.offset })
      : was === undefined
        ? file
        : `${showPlace({ file: begun.migration.place, text: begun.migration.text, offset: was.offset })}`
  return editedHalfway(
    { migration, record },
    {
      statement: at + 1,
      isGone: now === undefined,
      line: now?.line,
      done: Math.max(begun.done, at + 1),
      of: begun.of,
      place: shown,
    },
  )
}
