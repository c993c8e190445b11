import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MigrationPlan } from './migration-plan.js'
import { planned, refusalOf, stepsOf, written } from './plan.fixture.js'
import { type RandomGraph, randomGraph } from './random-plan.fixture.js'

function planOf({ migrations, records }: RandomGraph): MigrationPlan {
  return planned(migrations, records, { outOfOrder: 'allow' })
}

/** By taking away what waits for nothing until nothing is left, or nothing can be taken. */
function isCyclic(before: RandomGraph['before']): boolean {
  const left = new Map(before)
  for (let size = -1; size !== left.size; ) {
    size = left.size
    for (const [id, earlier] of left) {
      if (![...earlier].some((other) => left.has(other))) left.delete(id)
    }
  }
  return left.size > 0
}

function expectFits(plan: MigrationPlan, before: RandomGraph['before']): void {
  const steps = stepsOf(plan)
  const places = new Map(steps.map((id, place) => [id, place]))
  expect(new Set(steps)).toEqual(new Set(before.keys()))
  for (const [place, id] of steps.entries()) {
    const after = waitsFor(plan, place)
    for (const earlier of before.get(id) ?? []) expect(after).toContain(places.get(earlier))
  }
}

/** All that a step waits for, directly or not. */
function waitsFor(plan: MigrationPlan, place: number): ReadonlySet<number> {
  const found = new Set(plan.steps[place]?.after)
  for (const earlier of found) {
    expect(earlier).toBeLessThan(place)
    for (const other of plan.steps[earlier]?.after ?? []) found.add(other)
  }
  return found
}

describe('random graphs', () => {
  it('every order fits every dependency', () => {
    fc.assert(
      fc.property(randomGraph(true), (graph) => {
        fc.pre(!graph.isUnmet)
        expectFits(planOf(graph), graph.before)
      }),
      { numRuns: 500 },
    )
  })

  it('cycles and ranges that are not met are always found, and nothing else is', () => {
    fc.assert(
      fc.property(randomGraph(false), (graph) => {
        if (graph.isUnmet) {
          expect(refusalOf(() => planOf(graph)).code).toBe('PLT_MIGRATION_DEPENDENCY')
        } else if (isCyclic(graph.before)) {
          const refusal = refusalOf(() => planOf(graph))
          expect(refusal.code).toBe('PLT_MIGRATION_CYCLE')
          expectCycle(refusal.details.path, graph.before)
        } else {
          expectFits(planOf(graph), graph.before)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('the plan does not depend on the order of its input', () => {
    const graphs = randomGraph(false).chain((graph) => {
      const { migrations, records } = graph
      return fc.record({
        graph: fc.constant(graph),
        migrations: fc.shuffledSubarray([...migrations], { minLength: migrations.length }),
        records: fc.shuffledSubarray([...records], { minLength: records.length }),
      })
    })
    const outcome = (graph: RandomGraph) => {
      try {
        return planOf(graph).steps.map(({ migration, after }) => [migration.place, after])
      } catch (error) {
        return (error as Error).message
      }
    }
    fc.assert(
      fc.property(graphs, ({ graph, ...shuffled }) => {
        expect(outcome({ ...graph, ...shuffled })).toEqual(outcome(graph))
      }),
      { numRuns: 500 },
    )
  })
})

function expectCycle(path: unknown, before: RandomGraph['before']): void {
  const ids = (path as { module: string; name: string }[]).map((m) => `${m.module}:${m.name}`)
  for (const [index, id] of ids.entries()) {
    const next = ids[(index + 1) % ids.length] ?? ''
    expect([...(before.get(id) ?? [])]).toContain(next)
  }
}

describe('size', () => {
  it('plans a chain of 10,000 modules, and finds the cycle that closes it', () => {
    const chain = (first: readonly string[]) =>
      Array.from({ length: 10_000 }, (_, n) =>
        written(`m${n}:001_x`, { needs: n === 0 ? first : [`m${n - 1}`] }),
      )
    const plan = planned(chain([]))
    expect(plan.steps.map(({ migration }) => migration.module)).toEqual(
      Array.from({ length: 10_000 }, (_, n) => `m${n}`),
    )
    const refusal = refusalOf(() => planned(chain(['m9999'])))
    expect(refusal.code).toBe('PLT_MIGRATION_CYCLE')
    expect(refusal.details.path).toHaveLength(10_000)
  })

  it('plans 10,000 migrations of one module', () => {
    const migrations = Array.from({ length: 10_000 }, (_, n) => written(`m:${n}_x`))
    expect(planned(migrations.reverse()).steps).toHaveLength(10_000)
  })

  it('plans 1,000 modules of 10 migrations with dependencies in a moment', () => {
    const migrations = Array.from({ length: 10_000 }, (_, n) => {
      const module = n % 1_000
      const place = Math.floor(n / 1_000)
      const needs = [module - 1, module - 7, module - 50].filter((other) => other >= 0)
      return written(`m${module}:${place}_x`, {
        version: `1.${place}.0`,
        needs: needs.map((other, kind) =>
          kind === 0
            ? `m${other}@^1.${place}.0`
            : kind === 1
              ? `m${other}:${place}_x`
              : `m${other}`,
        ),
      })
    })
    const times = [1, 2, 3].map(() => {
      const startedAt = process.cpuUsage()
      expect(planned(migrations).steps).toHaveLength(10_000)
      return process.cpuUsage(startedAt).user / 1_000
    })
    // The aim is 50 ms, which the benchmark measures; others take the time of this machine too.
    expect(Math.min(...times)).toBeLessThan(1_000)
  })
})
