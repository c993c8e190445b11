import { type ErrorCode, PlataformaError } from '@plataforma/core'

interface FileRefusal {
  readonly code?: ErrorCode
  readonly module?: string
  readonly name?: string
  readonly message: string
  readonly remedy: string
  readonly cause?: unknown
}

/** The error for a file as a whole, where no line of it is to blame. */
export function invalidFile(file: string, refusal: FileRefusal): PlataformaError {
  const { code = 'PLT_MIGRATION_INVALID', module, name, message, remedy, cause } = refusal
  return new PlataformaError(code, message, {
    remedy,
    ...(module === undefined ? {} : { module }),
    ...(cause === undefined ? {} : { cause }),
    details: { file, ...(name === undefined ? {} : { migration: name }) },
  })
}
