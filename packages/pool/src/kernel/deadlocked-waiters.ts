import type { LoginPool } from './login-pool.js'
import type { Member } from './member.js'
import type { PhysicalConnection } from './physical-connection.js'
import type { Hold } from './slot.js'
import type { Waiter } from './waiter.js'

interface Places<Connection extends PhysicalConnection> {
  readonly logins: readonly LoginPool<Connection>[]
  /** Places that are not taken, however much the server refuses at the moment. */
  readonly unused: number
  /** Callers that hold a connection and wait for another. */
  readonly nested: ReadonlySet<Waiter<Connection>>
}

/**
 * Those who wait for ever: everybody who could give them a connection waits as well. Found by
 * reduction of the wait-for graph; whoever can be served is taken to finish some day.
 * (R. Holt, Some Deadlock Properties of Computer Systems, 1972.)
 */
export function deadlockedWaiters<Connection extends PhysicalConnection>({
  logins,
  unused,
  nested,
}: Places<Connection>): Set<Waiter<Connection>> {
  const stuck = new Set(nested)
  const blocked = new Map<Hold<Connection>, number>()
  for (const { within } of nested) {
    for (const hold of holdsFrom(within)) blocked.set(hold, (blocked.get(hold) ?? 0) + 1)
  }
  const membersThatReturn = new Set<Member<Connection>>()
  const loginsThatReturn = new Set<LoginPool<Connection>>()
  let isPlaceComing = unused > 0
  const comesBack = ({ slot }: Hold<Connection>) => {
    if (slot.member !== undefined) membersThatReturn.add(slot.member)
    loginsThatReturn.add(slot.login)
    isPlaceComing = true
  }
  for (const login of logins) {
    if (login.idle.length > 0 || login.isChanging) {
      loginsThatReturn.add(login)
      isPlaceComing = true
    }
    for (const { hold } of login.lentSlots()) {
      if (hold !== undefined && !blocked.has(hold)) comesBack(hold)
    }
  }
  const mayBeServed = ({ login, member }: Waiter<Connection>) => {
    if (!member.mayUseMore && !membersThatReturn.has(member)) return false
    return (
      loginsThatReturn.has(login) ||
      (isPlaceComing && login.total < Math.min(login.limit, login.memberMost))
    )
  }
  for (let before = -1; before !== stuck.size; ) {
    before = stuck.size
    for (const waiter of stuck) {
      if (!mayBeServed(waiter)) continue
      stuck.delete(waiter)
      for (const hold of holdsFrom(waiter.within)) {
        const waiting = (blocked.get(hold) ?? 1) - 1
        blocked.set(hold, waiting)
        if (waiting === 0) comesBack(hold)
      }
    }
  }
  return stuck
}

/** The loans of a chain that still go on. */
function* holdsFrom<Connection extends PhysicalConnection>(
  first: Hold<Connection> | undefined,
): Generator<Hold<Connection>> {
  for (let hold = first; hold !== undefined; hold = hold.within) {
    if (hold.slot.hold === hold) yield hold
  }
}
