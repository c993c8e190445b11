import type { OutsideEffect } from '../../script/migration-script.js'

const PATIENT: ReadonlySet<OutsideEffect['kind']> = new Set([
  'create-index',
  'drop-index',
  'reindex',
])

/** Whether it waits for old transactions with nobody behind it: a limit would only waste the work. */
export function isPatient({ kind }: OutsideEffect): boolean {
  return PATIENT.has(kind)
}
