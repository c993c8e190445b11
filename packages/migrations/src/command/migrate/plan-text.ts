import type { PlanReport } from '../../system/migration-reports.js'
import { counted } from '../output/counted.js'
import type { Output } from '../output/output.js'
import { textTable } from '../output/text-table.js'
import { halfDoneText } from './half-done-text.js'
import { warningsText } from './warnings-text.js'

const REASONS = {
  new: 'new',
  again: 'changed, runs again',
  resume: 'interrupted, goes on',
} as const

/** What a run would do, in its order. */
export function planText({ steps, warnings }: PlanReport, output: Output): string {
  if (steps.length === 0) {
    return ['Nothing to do: everything is applied.', ...warningsText(warnings, output)].join('\n')
  }
  const rows = steps.map(({ module, name, version, reason, halfDone }, index) => [
    String(index + 1),
    module,
    name,
    version ?? '',
    halfDone === undefined ? REASONS[reason] : `${REASONS[reason]}${halfDoneText(halfDone)}`,
  ])
  const table = textTable([['', 'Module', 'Migration', 'Version', 'Why'], ...rows], { right: [0] })
  const modules = new Set(steps.map(({ module }) => module)).size
  const total = `${counted(steps.length, 'migration')} of ${counted(modules, 'module')} to run.`
  return [table, '', total, ...warningsText(warnings, output)].join('\n')
}
