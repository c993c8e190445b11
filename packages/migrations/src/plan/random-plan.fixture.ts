import fc from 'fast-check'
import type { Migration } from '../migration/migration.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import { applied, written } from './plan.fixture.js'

/** Migrations of random modules, and by an own reckoning what has to come before what. */
export interface RandomGraph {
  readonly migrations: readonly Migration[]
  readonly records: readonly MigrationRecord[]
  /** `module:name` of what is pending, with that of what is pending and has to be run before. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>
  /** Whether a range cannot be met. */
  readonly isUnmet: boolean
}

const need = fc.record({
  from: fc.nat(),
  to: fc.nat(),
  kind: fc.constantFrom('module', 'name', 'range'),
  lower: fc.nat({ max: 4 }),
  upper: fc.nat({ max: 5 }),
})

const module = fc.record({
  repeatable: fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
  applied: fc.nat({ max: 5 }),
})

/** @param isAcyclic - whether dependencies only lead from later modules to earlier ones */
export function randomGraph(isAcyclic: boolean): fc.Arbitrary<RandomGraph> {
  const modules = fc.array(module, { minLength: 1, maxLength: 6 })
  const needs = fc.array(need, { maxLength: 12 })
  return fc.tuple(modules, needs).map(([modules, needs]) => build(modules, needs, isAcyclic))
}

type Module = typeof module extends fc.Arbitrary<infer Value> ? Value : never
type Need = typeof need extends fc.Arbitrary<infer Value> ? Value : never

interface Draft {
  readonly id: string
  readonly module: number
  /** Its place in its module, repeatable ones last. */
  readonly place: number
  readonly repeatable: boolean
  readonly needs: string[]
}

function build(modules: readonly Module[], needs: readonly Need[], isAcyclic: boolean) {
  const chains = modules.map(({ repeatable }, index) => chainOf(repeatable, index))
  const drafts = chains.flat()
  const isApplied = ({ module, place }: Draft) => place < (modules[module]?.applied ?? 0)
  const before = new Map<string, Set<string>>()
  for (const draft of drafts) {
    if (!isApplied(draft)) before.set(draft.id, new Set())
  }
  const connect = (later: Draft | undefined, earlier: Draft | undefined) => {
    if (later !== undefined && earlier !== undefined && before.has(earlier.id)) {
      before.get(later.id)?.add(earlier.id)
    }
  }
  for (const chain of chains) {
    for (const [place, draft] of chain.entries()) connect(draft, chain[place - 1])
  }
  let isUnmet = false
  for (const { from, to, kind, lower, upper } of needs) {
    const draft = drafts[from % drafts.length]
    const target = drafts[to % drafts.length]
    if (draft === undefined || target === undefined) continue
    if (isAcyclic && target.module >= draft.module) continue
    const chain = chains[target.module] ?? []
    const name = `m${target.module}`
    if (kind === 'module') {
      draft.needs.push(name)
      for (const other of chain) if (!other.repeatable) connect(draft, other)
    } else if (kind === 'name') {
      draft.needs.push(target.id)
      connect(draft, target)
    } else {
      // Without an upper bound nothing of an earlier module waits for a later one.
      const end = isAcyclic ? 9 : upper
      draft.needs.push(`${name}@>=1.${lower}.0 <1.${end}.0`)
      const reached = Math.max(lower, (modules[target.module]?.applied ?? 0) - 1)
      const isMet = reached < end && reached < chain.length
      const lastApplied = Math.min(modules[target.module]?.applied ?? 0, chain.length) - 1
      if (!isApplied(draft) && !isMet && !(lastApplied >= lower && lastApplied < end)) {
        isUnmet = true
      }
      connect(draft, chain[lower])
      const leaving = chain[end]
      if (leaving !== draft && !isApplied(draft)) connect(leaving, draft)
    }
  }
  return {
    migrations: drafts.map((draft) =>
      written(draft.id, {
        version: `1.${draft.place}.0`,
        repeatable: draft.repeatable,
        needs: draft.needs,
      }),
    ),
    records: drafts
      .filter(isApplied)
      .map(({ id, place, repeatable }) => applied(id, { version: `1.${place}.0`, repeatable })),
    before,
    isUnmet,
  }
}

function chainOf(repeatable: readonly boolean[], module: number): Draft[] {
  const drafts = repeatable.map((isRepeatable, number) => ({
    id: `m${module}:${number + 1}_x`,
    module,
    repeatable: isRepeatable,
    needs: [],
  }))
  const ordinary = drafts.filter(({ repeatable }) => !repeatable)
  const rest = drafts.filter(({ repeatable }) => repeatable)
  return [...ordinary, ...rest].map((draft, place) => ({ ...draft, place }))
}
