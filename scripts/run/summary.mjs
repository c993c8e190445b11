import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './command.mjs'

/** Where the tests of each package leave their report. */
export const reportFolder = join(root, '.cache', 'test-reports')

/**
 * Adds up the JSON reports that vitest wrote for these packages. A package without a report, a
 * file that could not be loaded and an error outside of any test count as a failure each.
 */
export function countReports(packages) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] }
  for (const { manifest } of packages) {
    const file = join(reportFolder, `${manifest.name.replace('/', '+')}.json`)
    if (!existsSync(file)) {
      total.failures.push(`${manifest.name}: its tests left no report`)
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
    total.failures.push(...report.testResults.flatMap((result) => failuresOf(manifest, result)))
  }
  return total
}

function failuresOf(manifest, { name, status, message, assertionResults }) {
  const file = `${manifest.name}: ${relative(root, name)}`
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0) return status === 'failed' ? [`${file}\n${firstLines(message)}`] : []
  return failed.map(
    ({ fullName, failureMessages }) =>
      `${file}: ${fullName}\n${firstLines(failureMessages.join('\n'))}`,
  )
}

function firstLines(text = '') {
  const lines = text.split('\n').slice(0, 8)
  return lines.map((line) => `    ${line}`).join('\n')
}

/** Prints what failed and the closing line, and gives the exit code: nothing run is no success. */
export function endSummary({ passed, failed, skipped, failures }) {
  for (const failure of failures) console.log(`failed: ${failure}`)
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  return failed === 0 && passed > 0 ? 0 : 1
}
