import type { Finding } from '../isolation/inspection/finding.js'
import type { DatabaseOptions } from './database-options.js'

type Mode = NonNullable<DatabaseOptions['mode']>

/** What is as it should be in development, and weaker than it should be in production. */
const GRADES: Readonly<Record<Mode, Readonly<Record<string, Finding['grade']>>>> = {
  development: { 'development-secret': 'info' },
  production: { 'development-secret': 'error', 'login-grade': 'warning' },
}

/** Findings of `inspectInstallation` with the weight that they have in a mode. */
export function findingsForMode(findings: readonly Finding[], mode: Mode): readonly Finding[] {
  return findings.map((one) => ({ ...one, grade: GRADES[mode][one.id] ?? one.grade }))
}
