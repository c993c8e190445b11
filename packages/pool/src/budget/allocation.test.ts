import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allocate, type Claim } from './allocation.js'
import { claimable, fairTarget } from './fair-target.js'
import { claimOfName, nameOfClaim, type ProcessClaim } from './process-claim.js'

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const claims = fc.array(
  fc.record({
    weight: fc.constantFrom(0.5, 1, 2, 3),
    floor: fc.nat({ max: 5 }),
    want: fc.nat({ max: 60 }),
  }),
  { minLength: 1, maxLength: 30 },
)
const budgets = fc.nat({ max: 200 })

it('an allocation stays within the budget, the floors and what is wanted', () => {
  fc.assert(
    fc.property(claims, budgets, (all: Claim[], budget) => {
      const parts = allocate(all, budget)
      const wanted = sum(all.map(({ floor, want }) => Math.max(floor, want)))
      // Work-conserving: what is wanted and there is given.
      expect(sum(parts)).toBe(Math.min(budget, wanted))
      // One for everybody comes before the floors.
      const floorsFit =
        sum(all.map(({ floor, want }) => Math.max(floor, Math.min(1, want)))) <= budget
      all.forEach(({ floor, want }, index) => {
        expect(parts[index]).toBeLessThanOrEqual(Math.max(floor, want))
        if (floorsFit) expect(parts[index]).toBeGreaterThanOrEqual(floor)
      })
    }),
  )
})

it('an allocation is max-min fair: nobody could have more but from one who has less', () => {
  fc.assert(
    fc.property(claims, budgets, (all: Claim[], budget) => {
      const parts = allocate(all, budget)
      all.forEach(({ weight, floor, want }, index) => {
        const part = parts[index] ?? 0
        if (part >= Math.max(floor, want)) return
        all.forEach((other, place) => {
          const its = parts[place] ?? 0
          if (its <= Math.max(1, other.floor)) return
          // One place more for this one would put it above where the other is now.
          expect((part + 1) / weight + 1e-9).toBeGreaterThanOrEqual(its / other.weight)
        })
      })
    }),
  )
})

it('targets that all processes compute from the same claims fit together', () => {
  const processes = fc.uniqueArray(
    fc.record({
      id: fc.stringMatching(/^[A-Za-z0-9_-]{8}$/),
      wants: fc.nat({ max: 300 }),
      has: fc.nat({ max: 50 }),
    }),
    { minLength: 1, maxLength: 20, selector: ({ id }) => id },
  )
  fc.assert(
    fc.property(processes, fc.integer({ min: 1, max: 300 }), (all: ProcessClaim[], capacity) => {
      const places = claimable(capacity)
      const targets = all.map((own) =>
        fairTarget(own, all.filter((other) => other !== own).reverse(), places),
      )
      expect(sum(targets.map(({ target }) => target))).toBeLessThanOrEqual(places)
      const enough = 3 * all.length <= places
      if (enough) for (const { target } of targets) expect(target).toBeGreaterThanOrEqual(3)
    }),
  )
})

it('a claim survives the way through an application_name of 63 bytes at the most', () => {
  const claim = { id: 'a-_9zZ00', wants: 1_000_000, has: 12 }
  const group = 'x'.repeat(24)
  const name = nameOfClaim(group, claim)
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
  expect(claimOfName(group, name)).toEqual({ ...claim, wants: 99_999 })
  expect(claimOfName('another', name)).toBeUndefined()
  for (const other of ['psql', `${name}0000000`, `plt:${group}:short:1:1`, '']) {
    expect(claimOfName(group, other)).toBeUndefined()
  }
})
