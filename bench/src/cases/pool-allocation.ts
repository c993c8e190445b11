import { allocate } from '@plataforma/pool'
import type { BenchCase } from '../bench-case.js'
import { spreadOf } from '../measure/spread.js'

const SIZES = [
  { modules: 25, budget: 90, atMost: 50 },
  { modules: 200, budget: 1_000, atMost: 1_000 },
] as const
const ROUNDS = 500

/** How long it takes to share a budget anew. */
export const poolAllocation: BenchCase = {
  name: 'pool-allocation',
  title: 'Weighted max-min fair shares of a budget',
  async run() {
    return SIZES.map(({ modules, budget, atMost }) => {
      const claims = Array.from({ length: modules }, (_, module) => ({
        weight: 1 + (module % 3),
        floor: module % 4,
        want: (module * 7) % 23,
      }))
      const times = Array.from({ length: ROUNDS }, () => {
        const began = performance.now()
        allocate(claims, budget)
        return (performance.now() - began) * 1_000
      })
      return {
        what: `${modules} modules, budget ${budget}`,
        against: 'nobody',
        spread: spreadOf(times),
        unit: ' µs',
        aim: { atMost },
      }
    })
  },
}
