
/** One statement of a batch, sent by the extended protocol. */
export interface WireStatement {
  readonly text: string
  readonly values?: readonly unknown[]
  /** `auto` names it from its second use on; `always` at once; `never` leaves it unnamed. */
  readonly prepare?: 'never' | 'auto' | 'always'
  /** Distinguishes equal texts whose plans must not be shared (module and role). */
  readonly scopeKey?: string
}

/** Statements up to one Sync: outside a transaction block PostgreSQL runs them as one transaction. */
export interface Segment {
  readonly statements: readonly WireStatement[]
}

export interface WireResult {
  readonly command: string
  /** Rows affected or returned; 0 for commands that count none. */
  readonly rowCount: number
  readonly rows: readonly Record<string, unknown>[]
}

export interface RunOptions {
  readonly signal?: AbortSignal
}

/**
 * What a session's work may have left behind: nothing, settings and locks (a raw statement),
 * or anything at all (a function of the user's, an administrator's script).
 */
export type Residue = 'none' | 'settings' | 'anything'

/** A connection that is lent out; `release` gives it back exactly once. */
export interface Session {
  /** Backend process id, 0 where a pooler stands between. */
  readonly backendPid: number
  /** The server's clock minus this process's, in milliseconds, as measured at connect. */
  readonly clockOffsetMs: number
  readonly transactionStatus: 'idle' | 'transaction' | 'failed'
  /**
   * Sends the segments in one write; resolves to one list of results per segment.
   * The first error rejects, after every segment was answered.
   */
  run(
    segments: readonly Segment[],
    options?: RunOptions,
  ): Promise<readonly (readonly WireResult[])[]>
  /** Cancels the statement in flight by the protocol's CancelRequest, on the same host. */
  cancel(): Promise<void>
  /** Remembers what must be cleaned before the next borrower; the largest residue counts. */
  leaves(residue: Residue): void
  release(): void
}

