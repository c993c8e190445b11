import type { BudgetFacts } from '../budget/connection-budget.js'

/** What this process may have on the server, and what it has. */
export interface PoolBudget extends BudgetFacts {
  /** Places that may be used now: less than `places` while the server refuses more. */
  readonly ceiling: number
  /** Places in use, the one of the connection that counts among them. */
  readonly used: number
  /** Logins at work that there is no place for; 0 in good times. */
  readonly shortage: number
  /** Logins of all modules and of the system: with fewer places they take turns. */
  readonly logins: number
  /** Why the server or a login's lets nobody in at the moment; `undefined` in good times. */
  readonly refusal: string | undefined
}
