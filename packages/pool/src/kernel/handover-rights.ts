import type { LoginPool } from './login-pool.js'
import type { PhysicalConnection } from './physical-connection.js'
import type { Slot } from './slot.js'

/** How much a login needs one more connection; the least number comes first. */
export const HAS_NONE = 0
export const BELOW_SHARE = 1
const WAITING = 2
const BELOW_FLOOR = 3

export function rankOf<Connection extends PhysicalConnection>(
  login: LoginPool<Connection>,
): number {
  if (!login.isWaiting) return BELOW_FLOOR
  if (login.live === 0) return HAS_NONE
  return login.live < login.share ? BELOW_SHARE : WAITING
}

/** Everybody who is active keeps one, whatever the shares say. */
function isAboveShare<Connection extends PhysicalConnection>(
  login: LoginPool<Connection>,
): boolean {
  return login.live > Math.max(1, login.share)
}

export function isBetterVictim<Connection extends PhysicalConnection>(
  slot: Slot<Connection>,
  than: Slot<Connection>,
): boolean {
  const isAbove = isAboveShare(slot.login)
  if (isAbove !== isAboveShare(than.login)) return isAbove
  return slot.since < than.since
}

export interface HandoverTerms<Connection extends PhysicalConnection> {
  readonly logins: readonly LoginPool<Connection>[]
  /** Places that there are in all. */
  readonly ceiling: number
  /** What was opened later is kept by who has it. */
  readonly openedBefore: number
}

/** Whether `needy` has a better right to a place than the login that has it. */
export function mayLose<Connection extends PhysicalConnection>(
  slot: Slot<Connection>,
  needy: LoginPool<Connection>,
  terms: HandoverTerms<Connection>,
): boolean {
  const { login } = slot
  if (login.options.keepsPlace && login.live === 1 && terms.ceiling > 1) return false
  if (login === needy || slot.openedAt > terms.openedBefore) return false
  if (isAboveShare(login)) return true
  if (needy.live > 0) return false
  // Nobody uses it, or nobody has more than one: then they take turns.
  return slot.state === 'idle' || !login.isWaiting || !isAnyAboveShare(needy, terms)
}

function isAnyAboveShare<Connection extends PhysicalConnection>(
  except: LoginPool<Connection>,
  { logins, openedBefore }: HandoverTerms<Connection>,
): boolean {
  for (const login of logins) {
    if (login === except || !isAboveShare(login)) continue
    for (const { state, openedAt } of login.slots) {
      if ((state === 'lent' || state === 'idle') && openedAt <= openedBefore) return true
    }
  }
  return false
}
