import type { PlataformaError } from '@plataforma/core'
import { invalidFile } from './invalid-file.js'

/** The error for a file or folder that the system does not give: rights, or a link to nowhere. */
export function unreadable(file: string, cause: unknown): PlataformaError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return invalidFile(file, {
    message: `${file} cannot be read: ${why}`,
    remedy: 'Give the right to read it, or correct or remove the link.',
    cause,
  })
}
