import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'
import type { Slot } from './slot.js'

/** A caller in the queue of a member. */
export interface Waiter<Connection extends PhysicalConnection> {
  readonly member: Member<Connection>
  readonly since: number
  readonly deadlineAt: number
  /** What the caller holds while it waits. */
  readonly within: Slot<Connection> | undefined
  readonly serve: (slot: Slot<Connection>) => void
  readonly refuse: (reason: unknown) => void
}
