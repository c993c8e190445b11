import type { PlanWarning } from '../../plan/migration-plan.js'
import type { Output } from '../output/output.js'

/** A line for each warning, below a report; nothing where there is none. */
export function warningsText(warnings: readonly PlanWarning[], output: Output): readonly string[] {
  return warnings.map(({ message }) => `${output.style('yellow', 'warning')}  ${message}`)
}
