import { PlataformaError } from '../error/plataforma-error.js'
import type { ModuleSetting } from '../scope/scope.js'

/** Limits of one module; what is left out is the database's. */
export interface ModuleOptions {
  /** Milliseconds a statement may take before the server cancels it. */
  readonly statementTimeoutMs?: number
  /** Milliseconds a transaction may sit idle before the server ends its session. */
  readonly idleInTransactionTimeoutMs?: number
}

/** @throws PlataformaError `PLT_OPTION_INVALID` */
export function moduleSettings(options: ModuleOptions): readonly ModuleSetting[] | undefined {
  const settings: ModuleSetting[] = []
  const add = (name: ModuleSetting['name'], key: keyof ModuleOptions) => {
    const value = options[key]
    if (value === undefined) return
    if (!Number.isInteger(value) || value <= 0) {
      throw new PlataformaError('PLT_OPTION_INVALID', `\`${key}\` is ${value}.`, {
        remedy: 'Give a whole number of milliseconds above 0.',
      })
    }
    settings.push({ name, value: String(value) })
  }
  add('statement_timeout', 'statementTimeoutMs')
  add('idle_in_transaction_session_timeout', 'idleInTransactionTimeoutMs')
  return settings.length === 0 ? undefined : settings
}
