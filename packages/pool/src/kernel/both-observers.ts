import type { LoginObserver } from './login-options.js'
import type { PhysicalConnection } from './physical-connection.js'

/** Tells two who want to know. */
export function bothObservers<Connection extends PhysicalConnection>(
  one: LoginObserver<Connection>,
  other: LoginObserver<Connection>,
): LoginObserver<Connection> {
  const both: Record<string, unknown> = { ...one, ...other }
  for (const name of Object.keys(one) as (keyof LoginObserver<Connection>)[]) {
    const first = one[name] as ((...facts: unknown[]) => void) | undefined
    const second = other[name] as ((...facts: unknown[]) => void) | undefined
    if (first === undefined || second === undefined) continue
    both[name] = (...facts: unknown[]) => {
      first.apply(one, facts)
      second.apply(other, facts)
    }
  }
  return both as LoginObserver<Connection>
}
