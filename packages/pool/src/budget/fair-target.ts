import { allocate } from './allocation.js'
import type { ProcessClaim } from './process-claim.js'

/** Two connections for work, and the one that counts. */
const FLOOR = 3
/** Left for who comes next, unless somebody wants it. */
const WELCOME = 3
const WELCOME_PART = 8
/** A budget of so many has a place that nobody gets: it is where the next process comes in. */
const LEAST_WITH_DOOR = 4

/** What may be claimed of a capacity. */
export function claimable(capacity: number): number {
  return capacity < LEAST_WITH_DOOR ? capacity : capacity - 1
}

export interface FairTarget {
  /** Places for the process that asks. */
  readonly target: number
  /** Whether others lack so much that what is beyond the target must be given up. */
  readonly pressed: boolean
}

/**
 * What a process should have where these are the claims: its max-min fair part of what is wanted,
 * and an equal part of what nobody wants, so that a burst finds room without asking.
 */
export function fairTarget(
  own: ProcessClaim,
  others: readonly ProcessClaim[],
  places: number,
): FairTarget {
  // The same order everywhere, so that all give the odd place to the same one.
  const all = [own, ...others].sort((one, other) => (one.id < other.id ? -1 : 1))
  const parts = allocate(
    all.map(({ wants }) => ({ weight: 1, floor: FLOOR, want: wants })),
    Math.max(0, places),
  )
  const welcome = Math.min(WELCOME, Math.floor(places / WELCOME_PART))
  const spare = places - welcome - parts.reduce((sum, part) => sum + part, 0)
  const extra = Math.max(0, Math.floor(spare / all.length))
  let claimed = 0
  let lacking = 0
  let target = 0
  all.forEach((claim, index) => {
    const part = parts[index] ?? 0
    claimed += claim.has
    if (claim === own) target = part + extra
    else lacking += Math.max(0, part - claim.has)
  })
  return { target, pressed: places - claimed < lacking + welcome }
}
