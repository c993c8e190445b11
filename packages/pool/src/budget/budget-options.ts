import { invalidOption } from '../manager/option-rule.js'
import { GROUP_NAME } from './process-claim.js'

/** What several processes share. */
export interface SharedBudgetSettings {
  /** Connections of all processes together; what the server has for its clients unless given. */
  readonly connections?: number
  /** Processes that share them where they cannot be counted, as behind a pooler; 1. */
  readonly processes?: number
  /** Who shares: up to 24 letters, digits, `_`, `.` and `-`; `default`. */
  readonly group?: string
}

/** A number is this process's own, whatever the others do. */
export type BudgetOption = number | SharedBudgetSettings

/** What stands between this process and PostgreSQL. */
export type PoolerOption = 'auto' | 'none' | 'transaction'

const POOLERS: readonly unknown[] = ['auto', 'none', 'transaction']
const KEYS: readonly string[] = ['connections', 'processes', 'group']
const MOST = 100_000

/** @throws PlataformaError `PLT_CONFIG_INVALID` */
export function checkBudget(budget: BudgetOption | undefined): void {
  if (budget === undefined) return
  if (typeof budget !== 'object' || budget === null) {
    whole('budget', budget)
    return
  }
  for (const key of Object.keys(budget)) {
    if (!KEYS.includes(key))
      throw invalidOption(`budget.${key}`, 'set', `none but ${KEYS.join(', ')}`)
  }
  const { connections, processes, group } = budget
  if (connections !== undefined) whole('budget.connections', connections)
  if (processes !== undefined) whole('budget.processes', processes)
  if (connections !== undefined && processes !== undefined && connections < processes) {
    throw invalidOption('budget.connections', connections, `one for each of ${processes} processes`)
  }
  if (group === undefined || (typeof group === 'string' && GROUP_NAME.test(group))) return
  throw invalidOption('budget.group', group, 'up to 24 letters, digits, "_", "." and "-"')
}

/** @throws PlataformaError `PLT_CONFIG_INVALID` */
export function checkPooler(pooler: PoolerOption | undefined): void {
  if (pooler === undefined || POOLERS.includes(pooler)) return
  throw invalidOption('pooler', pooler, '"auto", "none" or "transaction"')
}

function whole(key: string, value: unknown): void {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST) return
  throw invalidOption(key, value, `a whole number from 1 to ${MOST}`)
}
