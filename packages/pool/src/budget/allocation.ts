export interface Claim {
  /** Above 0; twice the weight gets twice the share where there is not enough. */
  readonly weight: number
  /** Guaranteed as far as the budget reaches, once everybody who wants any has one. */
  readonly floor: number
  /** Wanted in all; more than this is never given, but for the floor. */
  readonly want: number
}

/** Halvings of the search for the water level; fine enough for any budget of whole places. */
const SEARCH_STEPS = 40

/**
 * Shares a budget of whole places among claims, one number for each: one place for everybody
 * who wants any first, then the floors, then weighted max-min fair up to what is wanted. What nobody wants is given to nobody.
 * (D. Bertsekas and R. Gallager, Data Networks, 2nd ed., section 6.5.2.)
 */
export function allocate(claims: readonly Claim[], budget: number): number[] {
  let heights = claims.map(() => 0)
  const raise = (to: (claim: Claim) => number) => {
    heights = fill(
      claims.map((claim, index) => ({
        weight: claim.weight,
        from: heights[index] as number,
        to: to(claim),
      })),
      budget,
    )
  }
  if (claims.some(({ floor }) => floor > 0)) raise(({ want }) => Math.min(1, want))
  raise(({ floor }) => floor)
  raise(({ floor, want }) => Math.max(floor, want))
  return heights
}

interface Vessel {
  readonly weight: number
  readonly from: number
  readonly to: number
}

/** Raises one level for all, each vessel as wide as its weight, until the budget is spent. */
function fill(vessels: readonly Vessel[], budget: number): number[] {
  const wanted = vessels.reduce((sum, { from, to }) => sum + Math.max(from, to), 0)
  if (wanted <= budget) return vessels.map(({ from, to }) => Math.max(from, to))
  let low = 0
  let high = budget + 1
  for (const { weight } of vessels) high = Math.max(high, (budget + 1) / weight)
  for (let step = 0; step < SEARCH_STEPS; step += 1) {
    const level = (low + high) / 2
    if (volume(vessels, level) <= budget) low = level
    else high = level
  }
  const filled = vessels.map((vessel) => heightIn(vessel, low))
  spend(vessels, filled, budget - filled.reduce((sum, height) => sum + height, 0))
  return filled
}

function heightIn({ weight, from, to }: Vessel, level: number): number {
  return Math.max(from, Math.min(to, Math.floor(level * weight)))
}

function volume(vessels: readonly Vessel[], level: number): number {
  let sum = 0
  for (const vessel of vessels) sum += heightIn(vessel, level)
  return sum
}

/** The places that are left when a whole round is too much, to those who have least for their weight. */
function spend(vessels: readonly Vessel[], filled: number[], places: number): void {
  for (let left = places; left > 0; left -= 1) {
    let least = -1
    let leastLevel = Number.POSITIVE_INFINITY
    for (let index = 0; index < vessels.length; index += 1) {
      const { weight, to } = vessels[index] as Vessel
      const height = filled[index] as number
      const level = (height + 1) / weight
      if (height < to && level < leastLevel) {
        least = index
        leastLevel = level
      }
    }
    if (least === -1) return
    filled[least] = (filled[least] as number) + 1
  }
}
