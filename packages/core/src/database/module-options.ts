import { assertGiven } from '../error/assert-given.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { shownValue } from '../error/shown-value.js'
import type { ModuleSetting } from '../scope/scope.js'

/** What PostgreSQL and timers of Node.js take. */
const LONGEST_MS = 2 ** 31 - 1

/** Limits of one module; what is left out is the database's. */
export interface ModuleOptions {
  /** Milliseconds a statement may take before the server cancels it. */
  readonly statementTimeoutMs?: number
  /** Milliseconds a transaction may sit idle before the server ends its session. */
  readonly idleInTransactionTimeoutMs?: number
}

/** @throws PlataformaError `PLT_OPTION_INVALID` */
export function moduleSettings(options: ModuleOptions): readonly ModuleSetting[] | undefined {
  assertGiven.object('options', options)
  const settings: ModuleSetting[] = []
  const add = (name: ModuleSetting['name'], key: keyof ModuleOptions) => {
    const value = options[key]
    if (value === undefined) return
    if (!Number.isInteger(value) || value <= 0 || value > LONGEST_MS) {
      throw new PlataformaError('PLT_OPTION_INVALID', `\`${key}\` is ${shownValue(value)}.`, {
        remedy: 'Give a whole number of milliseconds above 0, at most 2147483647.',
      })
    }
    settings.push({ name, value: String(value) })
  }
  add('statement_timeout', 'statementTimeoutMs')
  add('idle_in_transaction_session_timeout', 'idleInTransactionTimeoutMs')
  return settings.length === 0 ? undefined : settings
}
