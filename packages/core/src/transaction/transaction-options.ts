import type { IsolationLevel } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { shownValue } from '../error/shown-value.js'

/** How a transaction runs. */
export interface TransactionOptions {
  /** Of the outermost transaction: a nested one refuses it. */
  readonly isolationLevel?: IsolationLevel
  /**
   * Writes are refused (25006): of a nested transaction until it ends, of one inside a read-only
   * one whatever it says.
   */
  readonly readOnly?: boolean
  /**
   * How often to run the callback again after 40001, 40P01 or a statement whose table another
   * process altered (0A000); 0 unless given. Of the outermost alone.
   */
  readonly retries?: number
  /** Cancels the statement in flight and rolls back. */
  readonly signal?: AbortSignal
}

/** PostgreSQL has no `snapshot`. */
const POSTGRES_LEVELS: readonly IsolationLevel[] = [
  'read uncommitted',
  'read committed',
  'repeatable read',
  'serializable',
]

/** The level becomes part of a command. @throws PlataformaError `PLT_OPTION_INVALID` */
export function checkTransactionOptions(options: TransactionOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new PlataformaError('PLT_OPTION_INVALID', 'The options of a transaction are no object.', {
      remedy: 'Give an object, or leave them out.',
    })
  }
  const { isolationLevel, retries, signal } = options
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid('signal', signal, 'Give the `signal` of an AbortController, or leave it out.')
  }
  if (isolationLevel !== undefined && !POSTGRES_LEVELS.includes(isolationLevel)) {
    throw invalid('isolationLevel', isolationLevel, `Give one of: ${POSTGRES_LEVELS.join(', ')}.`)
  }
  if (retries !== undefined && !(Number.isInteger(retries) && retries >= 0)) {
    throw invalid('retries', retries, 'Give a whole number, 0 or more.')
  }
}

function invalid(option: string, value: unknown, remedy: string): PlataformaError {
  return new PlataformaError(
    'PLT_OPTION_INVALID',
    `The transaction's \`${option}\` is ${shownValue(value)}.`,
    { remedy },
  )
}
