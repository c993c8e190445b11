import type { LoginPool } from './login-pool.js'
import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'

/** One loan of a slot, and the loan that its borrower keeps besides. */
export interface Hold<Connection extends PhysicalConnection> {
  readonly slot: Slot<Connection>
  readonly within: Hold<Connection> | undefined
}

/** A place of the budget, from the attempt to connect until the backend is gone. */
export class Slot<Connection extends PhysicalConnection> {
  readonly login: LoginPool<Connection>
  state: 'connecting' | 'idle' | 'lent' | 'closing' = 'connecting'
  /** Who uses it, or used it last. */
  member: Member<Connection> | undefined
  openedAt = 0
  /** When it was lent or became idle. */
  since = 0
  /** Ended at the next chance from then on. */
  expiresAt = Number.POSITIVE_INFINITY
  /** The loan that goes on; `undefined` while it is not lent. */
  hold: Hold<Connection> | undefined
  /** Milliseconds that this loan was counted for in `Turns` when it began. */
  countedMs = 0
  #connection: Connection | undefined

  constructor(login: LoginPool<Connection>) {
    this.login = login
  }

  get connection(): Connection {
    if (this.#connection === undefined) throw new Error('The connection is not open yet.')
    return this.#connection
  }

  opened(connection: Connection): void {
    this.#connection = connection
  }
}
