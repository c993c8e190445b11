import type { Writes } from './written-tables.js'

/** Listeners of the moments of a write; each list is filled once, at start. */
export interface Moments {
  /** Awaited before COMMIT; an error rolls back. */
  readonly committing: readonly ((writes: Writes) => Promise<void> | void)[]
  /** After COMMIT; `lsn` where some listener asked for it. */
  readonly committed: readonly ((writes: Writes, lsn: string | undefined) => Promise<void> | void)[]
  readonly rolledBack: readonly (() => Promise<void> | void)[]
  /** The connection was lost during COMMIT. */
  readonly outcomeUnknown: readonly ((writes: Writes) => Promise<void> | void)[]
  readonly wantsCommitLsn: boolean
}

export const NO_MOMENTS: Moments = {
  committing: [],
  committed: [],
  rolledBack: [],
  outcomeUnknown: [],
  wantsCommitLsn: false,
}

export function listensToWrites(moments: Moments): boolean {
  return (
    moments.committing.length > 0 ||
    moments.committed.length > 0 ||
    moments.outcomeUnknown.length > 0
  )
}
