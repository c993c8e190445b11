import type { Member } from './member.js'
import type { Connector, PhysicalConnection } from './physical-connection.js'
import type { Slot } from './slot.js'

export interface LoginOptions<Connection extends PhysicalConnection> {
  /** For messages and metrics. */
  readonly name: string
  readonly connector: Connector<Connection>
  /** Milliseconds that an unused connection is kept beyond the floor; 0 for ever. */
  readonly idleTimeoutMs: number
  /** Milliseconds that a connection is used, less up to a tenth by chance; 0 for ever. */
  readonly maxLifetimeMs: number
  /** Milliseconds that an attempt to connect may take. */
  readonly connectTimeoutMs: number
  /** Whether connections are opened up to the floor; where not, they are only kept. */
  readonly refills?: boolean
  /** Whether the others leave it a place always: for callers whom those that hold one may wait for. */
  readonly keepsPlace?: boolean
  readonly observer?: LoginObserver<Connection>
}

/** What happens in a login's pool, for metrics and for events of a face; must not throw. */
export interface LoginObserver<Connection extends PhysicalConnection> {
  opened?(connection: Connection, tookMs: number): void
  ended?(connection: Connection): void
  /** Its backend is gone. */
  gone?(connection: Connection): void
  /** An idle connection was lost. */
  lost?(connection: Connection, error: unknown): void
  connectFailed?(error: unknown): void
  lent?(member: Member<Connection>, waitedMs: number): void
  released?(member: Member<Connection>, heldMs: number): void
  timedOut?(member: Member<Connection>): void
  turnedAway?(member: Member<Connection>): void
}

export interface AcquireOptions<Connection extends PhysicalConnection> {
  readonly signal?: AbortSignal | undefined
  /** What the caller holds while it waits, and does not give back before. */
  readonly within?: Slot<Connection> | undefined
  /** Milliseconds, instead of the member's own limit. */
  readonly timeoutMs?: number | undefined
}
