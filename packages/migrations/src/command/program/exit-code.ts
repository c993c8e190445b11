import { PlataformaError } from '@plataforma/core'

/** What a command ends with. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usage: 2,
  differences: 3,
  unavailable: 4,
  locked: 5,
  interrupted: 130,
  terminated: 143,
} as const

/** One of `EXIT_CODES`. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

const CODES: Readonly<Record<string, ExitCode>> = {
  PLT_CONFIG_INVALID: EXIT_CODES.usage,
  PLT_OPTION_INVALID: EXIT_CODES.usage,
  PLT_MODULE_NAME_INVALID: EXIT_CODES.usage,
  PLT_DATABASE_UNAVAILABLE: EXIT_CODES.unavailable,
  PLT_MIGRATION_LOCKED: EXIT_CODES.locked,
}

export function exitCodeOf(error: unknown): ExitCode {
  const code = error instanceof PlataformaError ? CODES[error.code] : undefined
  return code ?? EXIT_CODES.failed
}
