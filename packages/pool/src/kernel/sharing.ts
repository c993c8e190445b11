import { allocate } from '../budget/allocation.js'
import type { LoginPool } from './login-pool.js'
import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'

const ROTATE_MS = 5_000

interface Claimant<Connection extends PhysicalConnection> {
  readonly login: LoginPool<Connection>
  readonly member: Member<Connection>
}

/** What came of sharing places. */
export interface Shared {
  /** Places that would be of use. */
  readonly wanted: number
  /** Active logins that there is no place for. */
  readonly shortage: number
  /** Whether there are fewer places than floors. */
  readonly isCramped: boolean
}

/** Shares the places of a host among the members of its logins. */
export class Sharing<Connection extends PhysicalConnection> {
  readonly #logins: readonly LoginPool<Connection>[]
  readonly #targetWaitMs: number
  #rotatedAt = 0

  /** @param targetWaitMs milliseconds within which a queue is to be served */
  constructor(logins: readonly LoginPool<Connection>[], targetWaitMs: number) {
    this.#logins = logins
    this.#targetWaitMs = targetWaitMs
  }

  /** Writes down each member's share and each login's floor. */
  share(places: number, now: number): Shared {
    const claimants = this.#claimants(now)
    const claims = claimants.map(({ login, member }) => {
      const { min, max, weight } = member.limits
      const { size } = member.queue
      const queued = size && Math.ceil((size * login.holdMs(now)) / this.#targetWaitMs)
      const want = Math.min(max, member.demand.want(queued))
      return { weight, floor: Math.min(min, max), want }
    })
    const floors = allocate(
      claims.map(({ weight, floor }) => ({ weight, floor, want: floor })),
      places,
    )
    const shares = allocate(claims, places)
    for (const login of this.#logins) login.floor = 0
    const active = new Set<LoginPool<Connection>>()
    for (const [index, { login, member }] of claimants.entries()) {
      member.share = shares[index] ?? 0
      login.floor += floors[index] ?? 0
      if ((claims[index]?.want ?? 0) > 0) active.add(login)
    }
    for (const login of this.#logins) {
      if (login.options.keepsPlace) login.floor = Math.max(1, login.floor)
    }
    return {
      wanted: claims.reduce((sum, { floor, want }) => sum + Math.max(floor, want), 0),
      shortage: Math.max(0, active.size - places),
      isCramped: claims.reduce((sum, { floor }) => sum + floor, 0) > places,
    }
  }

  /**
   * Where the places cannot be shared evenly, who comes first has one more: those who used least of
   * late, and others some seconds later.
   */
  #claimants(now: number): readonly Claimant<Connection>[] {
    const claimants = this.#logins.flatMap((login) =>
      [...login.members].filter(({ awake }) => awake).map((member) => ({ login, member })),
    )
    if (now - this.#rotatedAt >= ROTATE_MS) {
      this.#rotatedAt = now
      const level = ({ member }: Claimant<Connection>) => member.demand.mean / member.limits.weight
      claimants.sort((a, b) => level(a) - level(b))
      for (const [rank, { member }] of claimants.entries()) member.rank = rank
    }
    return claimants.sort((a, b) => a.member.rank - b.member.rank)
  }
}
