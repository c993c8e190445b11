import type { PlataformaError } from '@plataforma/core'
import type { MigrationText } from '../migration/migration-text.js'
import { invalidMigration } from '../place/invalid-migration.js'
import { unitsOf } from '../place/units-of.js'
import type { Refused } from './extension-statement.js'
import { copyRefusal } from './statement-refusal.js'

const SYNTAX_ERROR = '42601'

const COPY_FROM_STDIN = /\bcopy\b[^;]*?\bfrom\s+stdin\b[^;]*;/gi

/** The error for a part of a migration that the parser refuses; the part begins at an offset. */
export function syntaxError(
  migration: MigrationText,
  part: { readonly text: string; readonly offset: number },
  cause: unknown,
): PlataformaError {
  const { module, name, place: file, text } = migration
  const error = cause instanceof Error ? cause : new Error(String(cause))
  const { sqlDetails } = error as { readonly sqlDetails?: { readonly cursorPosition?: number } }
  const at = unitsOf(part.text, sqlDetails?.cursorPosition ?? 0)
  const refused = (offset: number, refusal: Refused) =>
    invalidMigration(
      { file, text, offset: part.offset + offset },
      { module, name, cause, sqlState: SYNTAX_ERROR, ...refusal },
    )
  const copy = copyBefore(part.text, at)
  if (copy !== undefined) return refused(copy, copyRefusal(true))
  // Past its own stack the parser names no place; past the limit of its grammar it does.
  if (sqlDetails === undefined || error.message.startsWith('memory exhausted')) {
    return refused(at, {
      message: 'The SQL cannot be parsed: it is nested too deeply.',
      remedy: 'Write the expression in parts.',
    })
  }
  return refused(at, psqlRefusal(part.text, at) ?? plainRefusal(error.message, at, part.text))
}

/** Where a COPY stands whose first row of data is the place of an error. */
function copyBefore(text: string, at: number): number | undefined {
  for (const match of text.matchAll(COPY_FROM_STDIN)) {
    const between = text.slice(match.index + match[0].length, at)
    if (at > match.index && !between.trimStart().includes('\n')) return match.index
  }
  return undefined
}

/** What psql would do with the place; and what tools do that fill in a text before they run it. */
function psqlRefusal(text: string, at: number): Refused | undefined {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1
  const [command] =
    /^[ \t]*\\\S*/.exec(text.slice(lineStart)) ?? /^\\\S*/.exec(text.slice(at)) ?? []
  if (command !== undefined) {
    return {
      message: `"${command.trim()}" is a command of psql, which does not run migrations.`,
      remedy: 'Remove the line; write what an included file holds into the migration.',
    }
  }
  const [variable] = /^:['"]?[A-Za-z_]\w*['"]?/.exec(text.slice(at)) ?? []
  if (variable !== undefined) {
    return {
      message: `"${variable}" is a variable of psql, which does not run migrations.`,
      remedy: 'Write its value.',
    }
  }
  const [filler] = /^(?:\$?\{\{?[^}\n]*\}\}?)/.exec(text.slice(at)) ?? []
  return filler === undefined
    ? undefined
    : {
        message: `"${filler}" is a placeholder, and nothing fills it in.`,
        remedy: 'Write its value.',
      }
}

function plainRefusal(message: string, at: number, text: string): Refused {
  const isEnd = at >= text.trimEnd().length
  return {
    message: `PostgreSQL cannot read the SQL: ${message}.`,
    remedy: isEnd ? 'Complete the statement.' : 'Correct the SQL at the caret, or just before it.',
  }
}
