import { PlataformaError } from '@plataforma/core'

/** What the command ends with. */
export const EXIT_CODES = { fine: 0, findings: 1, usage: 2, unavailable: 3 } as const

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES]

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof PlataformaError)) return EXIT_CODES.findings
  if (error.code === 'PLT_CONFIG_INVALID') return EXIT_CODES.usage
  if (error.code === 'PLT_DATABASE_UNAVAILABLE') return EXIT_CODES.unavailable
  return EXIT_CODES.findings
}
