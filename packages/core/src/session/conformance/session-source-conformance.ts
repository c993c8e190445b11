import { checksOf } from './checks.js'
import { closeChecks } from './close-checks.js'
import { faultChecks } from './fault-checks.js'
import { loanChecks } from './loan-checks.js'
import { residueChecks } from './residue-checks.js'
import type { SessionSourceCheck } from './session-source-check.js'
import { signalChecks } from './signal-checks.js'
import { streamChecks } from './stream-checks.js'
import type { SessionSourceConformanceOptions } from './trial.js'

/**
 * Checks that every `SessionSource` must pass, for any test runner: call `run` of each, one after
 * the other. They need a real server; a check makes its own source and closes it.
 *
 * @example
 * const checks = sessionSourceConformance({
 *   name: 'my source',
 *   create: ({ max, acquireTimeoutMs }) => new MySource({ connectionString, max, acquireTimeoutMs }),
 *   connectionString,
 * })
 * for (const check of checks) test(check.name, () => check.run())
 */
export function sessionSourceConformance(
  options: SessionSourceConformanceOptions,
): readonly SessionSourceCheck[] {
  return checksOf(options, [
    loanChecks,
    residueChecks,
    signalChecks,
    streamChecks,
    faultChecks,
    closeChecks,
  ])
}
