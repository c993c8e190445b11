import type { LoginPool } from './login-pool.js'
import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'
import type { Hold, Slot } from './slot.js'
import { Queueable } from './wait-queue.js'

export interface WaiterOptions<Connection extends PhysicalConnection> {
  readonly since: number
  readonly deadlineAt: number
  readonly within: Hold<Connection> | undefined
  readonly signal: AbortSignal | undefined
  /** Called when the signal aborts while the waiter is in the queue. */
  readonly onAbort: (waiter: Waiter<Connection>) => void
}

/** A caller in the queue of a member; it is served or refused once. */
export class Waiter<Connection extends PhysicalConnection> extends Queueable<Waiter<Connection>> {
  readonly login: LoginPool<Connection>
  readonly member: Member<Connection>
  readonly since: number
  readonly deadlineAt: number
  /** What the caller holds while it waits. */
  readonly within: Hold<Connection> | undefined
  readonly promise: Promise<Slot<Connection>>
  readonly #resolve: (slot: Slot<Connection>) => void
  readonly #reject: (reason: unknown) => void
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: (() => void) | undefined

  constructor(
    login: LoginPool<Connection>,
    member: Member<Connection>,
    { since, deadlineAt, within, signal, onAbort }: WaiterOptions<Connection>,
  ) {
    super()
    this.login = login
    this.member = member
    this.since = since
    this.deadlineAt = deadlineAt
    this.within = within
    const { promise, resolve, reject } = Promise.withResolvers<Slot<Connection>>()
    this.promise = promise
    this.#resolve = resolve
    this.#reject = reject
    if (signal === undefined) return
    this.#signal = signal
    this.#onAbort = () => onAbort(this)
    signal.addEventListener('abort', this.#onAbort)
  }

  get abortReason(): unknown {
    return this.#signal?.reason
  }

  serve(slot: Slot<Connection>): void {
    this.#forgetSignal()
    this.#resolve(slot)
  }

  refuse(reason: unknown): void {
    this.#forgetSignal()
    this.#reject(reason)
  }

  #forgetSignal(): void {
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
