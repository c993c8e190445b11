import { PlataformaError } from '@plataforma/core'

/** That row types cannot be generated: a reason for a warning after a run, an error when asked for. */
export function rowTypesFailed(
  message: string,
  { remedy, cause }: { readonly remedy: string; readonly cause?: unknown },
): PlataformaError {
  return new PlataformaError('PLT_TYPES_FAILED', message, { remedy, cause })
}
