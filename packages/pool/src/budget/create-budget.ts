import type { ClientConfig } from 'pg'
import { ControlConnection } from '../postgres/control-connection.js'
import type { BudgetOption, PoolerOption } from './budget-options.js'
import type { ConnectionBudget } from './connection-budget.js'
import { FixedBudget } from './fixed-budget.js'
import { SharedBudget } from './shared-budget.js'

export interface BudgetSetting {
  readonly budget: BudgetOption | undefined
  readonly pooler: PoolerOption
  /** The login of the connection that counts. */
  readonly config: () => ClientConfig
  /** Called when that connection turns out to be a pooler's. */
  readonly onPooler: (sign: string) => void
}

/** Where nothing was said, and nobody can be asked. */
const UNASKED = 20

export function createBudget({
  budget,
  pooler,
  config,
  onPooler,
}: BudgetSetting): ConnectionBudget {
  if (typeof budget === 'number') return new FixedBudget(budget)
  const { connections, processes, group = 'default' } = budget ?? {}
  const alone = new FixedBudget(connections ?? UNASKED, processes)
  if (pooler === 'transaction') return alone
  const control = new ControlConnection({ config, group })
  return new SharedBudget({
    board: control,
    watch: control,
    alone: alone.initial,
    ...(pooler === 'auto' && { onPooler }),
    ...(connections !== undefined && { connections }),
  })
}
