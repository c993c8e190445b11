import { loadParser } from '@plataforma/core/parser'
import type { MigrationText } from '../migration/migration-text.js'
import { invalidMigration } from '../place/invalid-migration.js'
import { changedColumns } from './changed-columns.js'
import { type DownMarker, likelyMarker, scannedMarker } from './down-marker.js'
import { isAboutExtensions } from './extension-statement.js'
import { mayCommit } from './may-commit.js'
import type { MigrationScript, ScriptStatement } from './migration-script.js'
import { outsideEffect } from './outside-effect.js'
import { runsFunctions } from './runs-functions.js'
import { type SplitStatement, splitStatements } from './split-statements.js'
import { type Permissions, statementRefusal } from './statement-refusal.js'
import { syntaxError } from './syntax-error.js'

export interface ParseScriptOptions extends Permissions {
  /** `true` refuses what cannot run in a transaction. */
  readonly transaction?: boolean | undefined
}

/** A part of a migration's text, such as what is above `-- @down`. */
interface Part {
  readonly text: string
  readonly offset: number
}

/**
 * Cuts an SQL migration into its statements, and refuses what a migration may not hold. A text of
 * downs that was kept without its migration is parsed like any other: its statements are `up`.
 *
 * @throws PlataformaError `PLT_MIGRATION_INVALID` with file, line, column and a caret
 */
export async function parseScript(
  migration: MigrationText,
  options: ParseScriptOptions = {},
): Promise<MigrationScript> {
  await loadParser()
  const { marker, up } = partsOf(migration)
  const down = marker && { text: migration.text.slice(marker.end), offset: marker.end }
  const read = readerOf(migration, options)
  return {
    up: read(up),
    down: down && read(split(migration, down)),
    downText: down?.text.trim(),
  }
}

function partsOf(migration: MigrationText): {
  readonly marker: DownMarker | undefined
  readonly up: readonly SplitStatement[]
} {
  const { text } = migration
  const upTo = (marker: DownMarker | undefined) => ({
    text: text.slice(0, marker?.start),
    offset: 0,
  })
  const likely = likelyMarker(text)
  if (likely === 'none') return { marker: undefined, up: split(migration, upTo(undefined)) }
  if (likely !== 'scan') {
    try {
      return { marker: likely, up: splitStatements(upTo(likely).text) }
    } catch {
      // It may stand in a string or comment.
    }
  }
  const marker = scanned(migration)
  return { marker, up: split(migration, upTo(marker)) }
}

function scanned(migration: MigrationText): DownMarker | undefined {
  try {
    return scannedMarker(migration)
  } catch (error) {
    // The scanner says only that something does not end; the parser says where it begins.
    if (error instanceof SyntaxError) split(migration, { text: migration.text, offset: 0 })
    throw error
  }
}

function split(migration: MigrationText, part: Part): readonly SplitStatement[] {
  try {
    return splitStatements(part.text).map((statement) => ({
      ...statement,
      offset: part.offset + statement.offset,
    }))
  } catch (error) {
    throw syntaxError(migration, part, error)
  }
}

function readerOf(migration: MigrationText, { transaction, ...permissions }: ParseScriptOptions) {
  const { module, name, place: file, text: whole } = migration
  return (statements: readonly SplitStatement[]): readonly ScriptStatement[] => {
    let line = 1
    let counted = 0
    return statements.map(({ text, offset, tree }) => {
      const place = { file, text: whole, offset }
      const refusal = statementRefusal(tree, text, permissions)
      if (refusal !== undefined) throw invalidMigration(place, { module, name, ...refusal })
      const outside = outsideEffect(tree)
      if (outside !== undefined && transaction === true) {
        throw invalidMigration(place, {
          module,
          name,
          message: 'The metadata say "transaction": true, and this statement cannot run in one.',
          remedy: 'Leave "transaction" out: such a statement then runs outside, the others inside.',
        })
      }
      line += whole.slice(counted, offset).split('\n').length - 1
      counted = offset
      const [tag = ''] = Object.keys(tree)
      return {
        text,
        offset,
        line,
        tag,
        runsAs: isAboutExtensions(tree) ? 'administrator' : 'owner',
        outside,
        mayCommit: mayCommit(tree),
        runsFunctions: runsFunctions(tree),
        changes: changedColumns(tree),
      }
    })
  }
}
