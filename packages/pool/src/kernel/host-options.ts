/** How fast connections are opened, and moved between logins; for whoever must tune that. */
export interface HostOptions {
  /** Attempts to connect at once; 4. */
  readonly maxConnecting: number
  /** Milliseconds that a queue may take to drain before more than one connection is added; 10. */
  readonly targetWaitMs: number
  /** Milliseconds that a login keeps a connection before another login may have its place; 1,000. */
  readonly minHoldMs: number
  /** Places that go from one login to another within a second; 10. */
  readonly handoversPerSecond: number
  /** Milliseconds, the longest pause between attempts at a server that does not answer; 1,000. */
  readonly longestPauseMs: number
  /** Failures in a row that only the caller who came first is told of. */
  readonly toleratedFailures: number
  /** Whether every caller counts, until it is known for how long connections are held. */
  readonly eagerStart: boolean
}

export const DEFAULT_HOST_OPTIONS: HostOptions = {
  maxConnecting: 4,
  targetWaitMs: 10,
  minHoldMs: 1_000,
  handoversPerSecond: 10,
  longestPauseMs: 1_000,
  toleratedFailures: 0,
  eagerStart: false,
}
