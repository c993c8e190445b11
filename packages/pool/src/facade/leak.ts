import type { PoolClient } from 'pg'

/** A client that was borrowed, is used no more, and was not given back. */
export interface Leak {
  readonly client: PoolClient
  /** Milliseconds for which nothing was sent on it. */
  readonly heldMs: number
  /** Where it was borrowed. */
  readonly stack: string
}
