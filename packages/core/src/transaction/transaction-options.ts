import type { IsolationLevel } from 'kysely'

/** How a transaction runs. */
export interface TransactionOptions {
  readonly isolationLevel?: IsolationLevel
  readonly readOnly?: boolean
  /** How often to run the callback again after 40001 or 40P01; 0 unless given. */
  readonly retries?: number
  /** Cancels the statement in flight and rolls back. */
  readonly signal?: AbortSignal
}
