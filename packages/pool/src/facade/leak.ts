import type { PoolClient } from 'pg'

/** A client that was not given back in time. */
export interface Leak {
  readonly client: PoolClient
  /** Milliseconds so far. */
  readonly heldMs: number
  /** Where it was borrowed. */
  readonly stack: string
}
