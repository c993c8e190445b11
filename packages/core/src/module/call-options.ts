import { PlataformaError } from '../error/plataforma-error.js'
import type { CallOptions } from '../query/select-options.js'

/** Longer than this, and a timer of Node.js would fire at once. */
const LONGEST_MS = 2 ** 31 - 1

/** The limits among the options of a call. @throws PlataformaError `PLT_OPTION_INVALID` */
export function callOptions(options: CallOptions): CallOptions {
  assertOptions(options)
  const { signal, timeoutMs } = options
  assertSignal(signal)
  if (timeoutMs === undefined || isWholeNumber(timeoutMs, 0)) return { signal, timeoutMs }
  throw invalid('timeoutMs', 'Give whole milliseconds, at most 2147483647; leave it out for none.')
}

/** @throws PlataformaError `PLT_OPTION_INVALID` */
export function assertOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new PlataformaError('PLT_OPTION_INVALID', 'The options of a call are no object.', {
      remedy: 'Give an object, or leave them out.',
    })
  }
}

function assertSignal(signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return
  throw invalid('signal', 'Give the `signal` of an AbortController, or leave it out.')
}

/** Rows of a portion. @throws PlataformaError `PLT_OPTION_INVALID` */
export function assertChunkSize(chunkSize: unknown): void {
  if (chunkSize === undefined || isWholeNumber(chunkSize, 1)) return
  throw invalid('chunkSize', 'Give a whole number of rows, 1 or more.')
}

function isWholeNumber(value: unknown, least: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= LONGEST_MS
}

function invalid(option: string, remedy: string): PlataformaError {
  return new PlataformaError('PLT_OPTION_INVALID', `\`${option}\` of a call cannot be used.`, {
    remedy,
  })
}
