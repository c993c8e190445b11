import type { RunWarning } from '../../system/migration-reports.js'
import type { Output } from '../output/output.js'

/** A line for each warning, below a report; nothing where there is none. */
export function warningsText(warnings: readonly RunWarning[], output: Output): readonly string[] {
  return warnings.map((warning) => {
    const remedy = 'remedy' in warning ? ` ${warning.remedy}` : ''
    return `${output.style('yellow', 'warning')}  ${warning.message}${remedy}`
  })
}
