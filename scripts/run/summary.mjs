import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './command.mjs'

/** Where the tests of each package leave their report. */
export const reportFolder = join(root, '.cache', 'test-reports')

/**
 * Adds up the JSON reports that vitest wrote for these packages. A package without a report, a
 * file that could not be loaded and an error outside of any test count as a failure each.
 */
export function countReports(packages) {
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const { manifest } of packages) {
    const file = join(reportFolder, `${manifest.name.replace('/', '+')}.json`)
    if (!existsSync(file)) {
      console.log(`${manifest.name}: its tests left no report`)
      total.failed += 1
      continue
    }
    const report = JSON.parse(readFileSync(file, 'utf8'))
    const notLoaded = report.testResults.filter(
      (result) => result.status === 'failed' && result.assertionResults.length === 0,
    )
    const failed = report.numFailedTests + notLoaded.length
    total.passed += report.numPassedTests
    total.failed += failed === 0 && !report.success ? 1 : failed
    total.skipped += report.numPendingTests + report.numTodoTests
  }
  return total
}

/** Prints the closing line and gives the exit code: nothing run is no success. */
export function endSummary({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return failed === 0 && passed > 0 ? 0 : 1
}
