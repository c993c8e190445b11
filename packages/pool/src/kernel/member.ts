import { Demand } from '../budget/demand.js'
import type { PhysicalConnection } from './physical-connection.js'
import { Shedding, type SheddingOptions } from './shedding.js'
import { WaitQueue } from './wait-queue.js'
import type { Waiter } from './waiter.js'

export interface MemberLimits {
  /** Connections that are kept warm from its first use on, as far as the budget reaches. */
  readonly min: number
  /** Connections that it uses at once, at the most. */
  readonly max: number
  /** Its part where there is not enough for all; 1 is everybody's. */
  readonly weight: number
  /** Milliseconds that a caller waits. */
  readonly acquireTimeoutMs: number
  /** Callers that wait at once, at the most. */
  readonly maxWaiting: number
  readonly shedding: SheddingOptions
}

/** Who draws from the physical pool of a login: a module with its queue, its share, its demand. */
export class Member<Connection extends PhysicalConnection> {
  readonly name: string
  readonly queue = new WaitQueue<Waiter<Connection>>()
  readonly demand: Demand
  readonly shedding: Shedding
  /** Connections that it uses now. */
  active = 0
  /** Places that are fairly its own, as of the last solution. */
  share = 0
  /** Who comes first where places cannot be shared evenly. */
  rank = Number.MAX_SAFE_INTEGER
  /** Whether it was ever asked for a connection. */
  awake = false
  /** Connections above `max` that it may use, for once, so that it gets on. */
  overdraft = 0
  /** How far on it is in `Turns`, in weighted milliseconds. */
  turn = 0
  /** Nobody in its queue has to be refused for lateness before. */
  nextDeadlineAt = Number.POSITIVE_INFINITY
  #limits: MemberLimits

  constructor(name: string, limits: MemberLimits, now: number) {
    this.name = name
    this.#limits = limits
    this.demand = new Demand(now)
    this.shedding = new Shedding(() => this.#limits.shedding)
  }

  get limits(): MemberLimits {
    return this.#limits
  }

  reconfigure(limits: MemberLimits): void {
    this.#limits = limits
  }

  /** Connections that it may use at once. */
  get most(): number {
    return this.#limits.max + this.overdraft
  }

  /** Whether it may use one more, as far as it is up to itself. */
  get mayUseMore(): boolean {
    return this.active < this.most
  }
}
