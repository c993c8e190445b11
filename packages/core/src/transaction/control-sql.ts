import type { WireStatement } from '../session/session.js'
import type { TransactionSettings } from './transaction-session.js'

/** As Kysely's own dialect begins. */
export function beginSql({ isolationLevel, accessMode }: TransactionSettings): string {
  if (isolationLevel === undefined && accessMode === undefined) return 'begin'
  const level = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`
  const mode = accessMode === undefined ? '' : ` ${accessMode}`
  return `start transaction${level}${mode}`
}

/** A transaction command; it has no plan that would be worth a name. */
export function control(text: string): WireStatement {
  return { text, prepare: 'never' }
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
