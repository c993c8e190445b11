import type { Finding } from '@plataforma/core'
import type { Output } from '@plataforma/migrations/command'
import { wrapText } from '@plataforma/migrations/command'
import type { DoctorReport } from './doctor.js'

const MARKS = {
  ok: ['green', 'ok     '],
  info: ['cyan', 'info   '],
  warning: ['yellow', 'warning'],
  error: ['red', 'error  '],
} as const

const INDENT = ' '.repeat(10)

const TEXT_WIDTH = 100 - INDENT.length

/** The findings for a person, the gravest last, each with its remedy, and a line that counts them. */
export function doctorText({ findings, counts }: DoctorReport, output: Output): string {
  const { error, warning } = counts
  const summary = `${counted(error, 'error')}, ${counted(warning, 'warning')}`
  const style = error > 0 ? 'red' : warning > 0 ? 'yellow' : 'green'
  const grades = Object.keys(MARKS)
  const sorted = findings.toSorted((a, b) => grades.indexOf(a.grade) - grades.indexOf(b.grade))
  return [...sorted.map((one) => findingText(one, output)), '', output.style(style, summary)].join(
    '\n',
  )
}

/** What may be left as it is, and has a script, points to the script. */
function pointed(finding: Finding): Finding {
  if (finding.grade !== 'info' || finding.sql === undefined) return finding
  const remedy = 'plataforma doctor --hardening prints the SQL against it.'
  return { ...finding, remedy, sql: undefined }
}

function findingText(finding: Finding, output: Output): string {
  const { grade, message, remedy, sql } = pointed(finding)
  const [style, mark] = MARKS[grade]
  const [first = '', ...others] = wrapText(message, TEXT_WIDTH)
  const steps = [
    ...(remedy === undefined ? [] : wrapText(remedy, TEXT_WIDTH)).map((line) =>
      output.style('dim', line),
    ),
    ...(sql === undefined ? [] : wrapText(sql, TEXT_WIDTH)).map((line) =>
      output.style('cyan', line),
    ),
  ]
  return [
    `${output.style(style, mark)}   ${first}`,
    ...[...others, ...steps].map((line) => INDENT + line),
  ].join('\n')
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
