import { AsyncLocalStorage } from 'node:async_hooks'
import type { PoolHost } from '../kernel/pool-host.js'
import type { Slot } from '../kernel/slot.js'
import type { PgPhysical } from '../postgres/pg-physical.js'
import type { Loan } from './loan.js'

interface Held {
  readonly loan: Loan
  readonly outer: Held | undefined
}

const held = new AsyncLocalStorage<Held>()

/** Runs what holds a loan until it is done. */
export function whileHolding<Result>(loan: Loan, work: () => Result): Result {
  return held.run({ loan, outer: held.getStore() }, work)
}

/** What the caller holds of the same budget. */
export function heldOf(host: PoolHost<PgPhysical>): Slot<PgPhysical> | undefined {
  for (let one = held.getStore(); one !== undefined; one = one.outer) {
    if (!one.loan.isOver && one.loan.slot.login.host === host) return one.loan.slot
  }
  return undefined
}
