import type { LocalSetting } from '../identity/login-directory.js'
import type { Segment, WireResult, WireStatement } from '../wire/wire-statement.js'

export type { Segment, WireResult, WireStatement }

export interface RunOptions {
  /** Cancels on the server; the call rejects with the signal's reason at once. */
  readonly signal?: AbortSignal
  /** Called when the segments were written: without it, none of them can have had an effect. */
  readonly onSent?: () => void
}

export interface StreamOptions {
  readonly signal?: AbortSignal
  /** Rows of a portion. */
  readonly chunkSize: number
}

/** What stays on a session when its borrower has gone; the largest counts. */
export type Residue =
  /** Nothing: the statements could not change the session, or cleaned up in their own batch. */
  | 'none'
  /** Settings, role and advisory locks. */
  | 'settings'
  /** Anything at all: prepared statements, temporary tables, cursors, LISTEN. */
  | 'anything'

/** A connection that is lent out; `release` gives it back exactly once. */
export interface Session {
  /** The backend's process id; 0 where a pooler stands between. */
  readonly backendPid: number
  /** To be set at the head of each transaction, where the start of the session could not. */
  readonly settings?: readonly LocalSetting[] | undefined
  /** The server's clock less this process's, in milliseconds, measured at connect. */
  readonly clockOffsetMs: number
  readonly transactionStatus: 'idle' | 'transaction' | 'failed'
  /** Whether the connection was lost: nobody knows what became of a write that was in flight. */
  readonly broken: boolean
  /**
   * Sends the segments in one write and resolves to one list of results per segment. Rejects with
   * the first error after every segment was answered, as `pg` made it.
   */
  run(
    segments: readonly Segment[],
    options?: RunOptions,
  ): Promise<readonly (readonly WireResult[])[]>
  /**
   * Runs a text of one or more statements, without parameters, by the simple protocol; one result
   * per statement.
   */
  script(text: string, options?: RunOptions): Promise<readonly WireResult[]>
  /**
   * Runs `head`, then reads `statement` in portions: in the open transaction, where other
   * statements may run between two portions, or else in one of its own that ends with the reading.
   */
  stream(
    head: readonly WireStatement[],
    statement: WireStatement,
    options: StreamOptions,
  ): AsyncIterableIterator<Record<string, unknown>[]>
  /** Cancels the statement in flight by the protocol's CancelRequest to the same host. */
  cancel(): Promise<void>
  /** Cancels, then drops the connection: the backend ends and rolls back. */
  kill(): Promise<void>
  leaves(residue: Residue): void
  /** Gives the session back; an open transaction, a residue or a fault is dealt with here. */
  release(): void
}
