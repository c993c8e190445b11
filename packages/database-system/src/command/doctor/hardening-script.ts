import { wrapText } from '@plataforma/migrations/command'
import type { DoctorReport } from './doctor.js'

const COMMENT = '-- '
const WIDTH = 100 - COMMENT.length

/** The SQL of findings that are no faults, each below what it is for; `psql` runs it as it is. */
export function hardeningScript({ findings }: DoctorReport): string {
  const parts = findings.flatMap(({ grade, message, remedy, sql }) => {
    if (grade !== 'info' || sql === undefined) return []
    const words = remedy === undefined ? message : `${message} ${remedy}`
    return [...wrapText(words, WIDTH).map((line) => COMMENT + line), ...wrapText(sql, 100)].join(
      '\n',
    )
  })
  return parts.length === 0 ? `${COMMENT}There is nothing to harden.` : parts.join('\n\n')
}
