import { type ErrorCode, PlataformaError } from '@plataforma/core'
import { lineAndColumn, showPlace, type TextPlace } from './text-place.js'

export interface Refusal {
  readonly code?: ErrorCode
  readonly module: string
  readonly name?: string
  /** What is wrong, a sentence. */
  readonly message: string
  readonly remedy: string
  readonly cause?: unknown
  readonly sqlState?: string | undefined
  /** Further facts, beside file, line and column. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** The error for a place in a migration: what is wrong, the line with a caret, and what to do. */
export function invalidMigration(place: TextPlace, refusal: Refusal): PlataformaError {
  const {
    code = 'PLT_MIGRATION_INVALID',
    module,
    name,
    message,
    remedy,
    cause,
    sqlState,
    details,
  } = refusal
  const { line, column } = lineAndColumn(place)
  return new PlataformaError(code, `${message}\n${showPlace(place)}`, {
    module,
    remedy,
    ...(cause === undefined ? {} : { cause }),
    ...(sqlState === undefined ? {} : { sqlState }),
    details: {
      file: place.file,
      line,
      column,
      ...(name === undefined ? {} : { migration: name }),
      ...details,
    },
  })
}
