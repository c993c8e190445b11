import type { PoolClient } from 'pg'
import type { Borrower } from '../kernel/leak-watch.js'
import type { Slot } from '../kernel/slot.js'
import type { PgPhysical } from '../postgres/pg-physical.js'

/** A client that somebody has, from `connect` to `release`. */
export interface Loan {
  readonly slot: Slot<PgPhysical>
  readonly client: PoolClient
  /** What had been sent before, where that matters. */
  readonly sentBefore: number | undefined
  /** When something was last seen to be sent on it, and how much it was. */
  stillSince: number
  sentSoFar: number | undefined
  /** Who borrowed it, where leaks are looked for. */
  readonly borrower: Borrower | undefined
  isOver: boolean
  isReported: boolean
}
