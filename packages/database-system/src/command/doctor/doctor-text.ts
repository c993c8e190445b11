import type { Output } from '../output/output.js'
import type { DoctorReport } from './doctor.js'
import type { Finding } from './finding.js'

const MARKS = {
  ok: ['green', 'ok     '],
  info: ['cyan', 'info   '],
  warning: ['yellow', 'warning'],
  error: ['red', 'error  '],
} as const

const INDENT = ' '.repeat(10)

/** The findings for a person, each with its remedy, and a line that counts them. */
export function doctorText({ findings, counts }: DoctorReport, output: Output): string {
  const { error, warning } = counts
  const summary = `${counted(error, 'error')}, ${counted(warning, 'warning')}`
  const style = error > 0 ? 'red' : warning > 0 ? 'yellow' : 'green'
  return [
    ...findings.map((one) => findingText(one, output)),
    '',
    output.style(style, summary),
  ].join('\n')
}

function findingText({ grade, message, remedy, sql }: Finding, output: Output): string {
  const [style, mark] = MARKS[grade]
  const steps = sql?.split('\n').map((line) => output.style('cyan', line)) ?? []
  const lines = [...(remedy === undefined ? [] : [output.style('dim', remedy)]), ...steps]
  return [`${output.style(style, mark)}   ${message}`, ...lines.map((one) => INDENT + one)].join(
    '\n',
  )
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
