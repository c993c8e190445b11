import type { ModuleReport } from '../../system/migration-reports.js'
import { counted } from '../output/counted.js'
import type { Output } from '../output/output.js'
import { textTable } from '../output/text-table.js'
import { timeText } from '../output/time-text.js'
import { halfDoneText } from './half-done-text.js'
import { warningsText } from './warnings-text.js'

const HEADINGS = ['Module', 'State', 'Version', 'Applied', 'Pending', 'Last applied']

const STATES = {
  current: 'current',
  pending: 'pending',
  'half-done': 'half done',
  changed: 'changed',
  'needs-attention': 'needs attention',
} as const

const STYLES = {
  current: 'green',
  pending: 'cyan',
  'half-done': 'yellow',
  changed: 'yellow',
  'needs-attention': 'red',
} as const

/** How modules stand: a line for each, and below what is pending or not as it should be. */
export function statusText(modules: readonly ModuleReport[], output: Output): string {
  if (modules.length === 0) return 'There are no migrations, neither files nor applied ones.'
  const rows = modules.map((status) => [
    status.module,
    STATES[status.state],
    status.version ?? '',
    String(status.applied.length),
    String(status.pending.length),
    lastApplied(status),
  ])
  const [headings = '', ...lines] = textTable([HEADINGS, ...rows], { right: [3, 4] }).split('\n')
  const coloured = lines.map((line, at) => {
    const { state = 'current' } = modules[at] ?? {}
    return line.replace(STATES[state], (text) => output.style(STYLES[state], text))
  })
  const lists = modules.flatMap((status) => listsOf(status, output))
  const warnings = warningsText(
    modules.flatMap((status) => status.warnings),
    output,
  )
  const below = warnings.length > 0 ? ['', ...warnings] : []
  return [output.style('bold', headings), ...coloured, ...lists, ...below].join('\n')
}

function lastApplied({ applied }: ModuleReport): string {
  const times = applied.map(({ appliedAt }) => Date.parse(appliedAt))
  return times.length === 0 ? '' : timeText(new Date(Math.max(...times)))
}

function listsOf(status: ModuleReport, output: Output): string[] {
  const { module, pending, unprotected, keysAcrossTenants: keys } = status
  const names = pending.map(({ name, version }) => [`  ${name}`, version ?? ''])
  const lists: string[] = []
  if (names.length > 0) {
    lists.push('', `${output.style('bold', module)}  ${names.length} pending`, textTable(names))
  }
  for (const { name, halfDone } of pending) {
    if (halfDone === undefined) continue
    const what = `${name} is half done${halfDoneText(halfDone)}`
    lists.push('', `${output.style('bold', module)}  ${what}`, `  ${halfDone.remedy}`)
  }
  if (unprotected.length > 0) {
    const what = `${counted(unprotected.length, 'table')} without policies`
    lists.push('', `${output.style('bold', module)}  ${what}`, `  ${unprotected.join(', ')}`)
  }
  if (keys.length > 0) {
    const what = `${counted(keys.length, 'key')} without the tenant column`
    const lines = keys.map(({ message, remedy }) => `  ${message} ${remedy}`)
    lists.push('', `${output.style('bold', module)}  ${what}`, ...lines)
  }
  return lists
}
