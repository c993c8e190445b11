import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Migration } from '../migration/migration.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import type { MigrationPlan } from './migration-plan.js'
import { applied, planned, refusalOf, written } from './plan.fixture.js'
import { randomGraph } from './random-plan.fixture.js'
import { planRollback, type RollbackInput, type RollbackTarget } from './rollback-plan.js'

/** Records in the order in which they were applied. */
function inOrder(...records: readonly MigrationRecord[]): MigrationRecord[] {
  return records.map((record, index) => ({ ...record, position: index + 1 }))
}

function undone(
  records: readonly MigrationRecord[],
  target: Partial<RollbackTarget>,
  input: Partial<RollbackInput> = {},
): string[] {
  const plan = planRollback({
    migrations: [],
    records,
    target: { module: 'a', ...target },
    irreversible: new Set(),
    ...input,
  })
  return plan.map(({ name }) => name)
}

const three = inOrder(
  applied('a:001_x'),
  applied('a:003_z'),
  applied('b:001_x'),
  applied('a:002_y'),
)

describe('how far a rollback goes', () => {
  it('is counted in the reverse order of application', () => {
    expect(undone(three, { steps: 1 })).toEqual(['002_y'])
    expect(undone(three, { steps: 2 })).toEqual(['002_y', '003_z'])
    expect(undone(three, { steps: 9 })).toEqual(['002_y', '003_z', '001_x'])
  })

  it('leaves what was there when the named one had been applied', () => {
    expect(undone(three, { to: '001_x' })).toEqual(['002_y', '003_z'])
    expect(undone(three, { to: '003_z' })).toEqual(['002_y'])
    expect(undone(three, { to: '002_y' })).toEqual([])
  })

  it('may be named by a number, and 0 is before all', () => {
    expect(undone(three, { to: '3' })).toEqual(['002_y'])
    expect(undone(three, { to: '0' })).toEqual(['002_y', '003_z', '001_x'])
  })

  it('goes to the one of number 0 where there is one', () => {
    expect(undone(inOrder(applied('a:000_x'), applied('a:001_y')), { to: '0' })).toEqual(['001_y'])
  })

  it('is nothing where nothing is applied', () => {
    expect(undone([], { steps: 1 }, { migrations: [written('a:001_x')] })).toEqual([])
  })

  it.each([
    [{}],
    [{ steps: 1, to: '001_x' }],
    [{ steps: 0 }],
    [{ steps: 1.5 }],
    [{ steps: Number.NaN }],
  ])('refuses %j', (target) => {
    expect(refusalOf(() => undone(three, target)).code).toBe('PLT_OPTION_INVALID')
  })

  it('refuses a migration that is not applied, and a module that is not there', () => {
    const refusal = refusalOf(() => undone(three, { to: '001_y' }))
    expect(refusal.code).toBe('PLT_MIGRATION_NOT_FOUND')
    expect(refusal.message).toContain('Did you mean "001_x"?')
    expect(refusal.remedy).toContain('001_x, 002_y, 003_z')
    expect(refusalOf(() => undone(three, { module: 'c', steps: 1 })).code).toBe(
      'PLT_MIGRATION_NOT_FOUND',
    )
  })

  it('goes on with one whose down was begun', () => {
    const records = inOrder(applied('a:001_x'), applied('a:002_y', { state: 'undoing' }))
    expect(undone(records, { steps: 1 })).toEqual(['002_y'])
    expect(undone(records, { to: '001_x' })).toEqual(['002_y'])
    expect(refusalOf(() => undone(records, { to: '002_y' })).message).toContain('being undone')
  })
})

describe('repeatable migrations', () => {
  const records = inOrder(
    applied('a:001_x'),
    applied('a:002_y'),
    applied('a:900_view', { repeatable: true }),
    applied('a:901_view', { repeatable: true, dependencies: ['a:002_y'] }),
  )

  it('stay and do not count, but for those that name what goes', () => {
    expect(undone(records, { steps: 1 })).toEqual(['901_view', '002_y'])
    expect(undone(records, { to: '001_x' })).toEqual(['901_view', '002_y'])
  })

  it('go with the last other one', () => {
    expect(undone(records, { to: '0' })).toEqual(['901_view', '900_view', '002_y', '001_x'])
  })

  it('take along those that name them', () => {
    const chain = inOrder(
      applied('a:001_x'),
      applied('a:002_y'),
      applied('a:900_v', { repeatable: true, dependencies: ['a:002_y'] }),
      applied('a:901_w', { repeatable: true, dependencies: ['a:900_v'] }),
    )
    expect(undone(chain, { steps: 1 })).toEqual(['901_w', '900_v', '002_y'])
  })

  it('are no place to go back to', () => {
    expect(refusalOf(() => undone(records, { to: '900_view' })).message).toContain('repeatable')
  })
})

describe('what others depend on', () => {
  const base = [
    applied('a:001_x', { version: '1.0.0' }),
    applied('a:002_y', { version: '1.1.0' }),
    applied('a:003_z', { version: '2.0.0' }),
  ] as const
  const needs = (...dependencies: string[]) => applied('b:001_x', { dependencies })

  it.each([
    ['a:002_y', { steps: 2 }],
    ['a', { steps: 1 }],
    ['a@>=2.0.0', { steps: 1 }],
    ['a@^1.1.0', { steps: 2 }],
  ])('"%s" refuses %j, with the list', (dependency, target) => {
    const records = inOrder(...base, needs(dependency))
    const refusal = refusalOf(() => undone(records, target))
    expect(refusal.code).toBe('PLT_MIGRATION_DEPENDED_ON')
    expect(refusal.message).toContain(`b:001_x needs "${dependency}"`)
    expect(refusal.details).toMatchObject({
      dependents: [{ module: 'b', name: '001_x', dependency }],
    })
  })

  it.each([
    ['a:002_y', { steps: 1 }],
    ['a@>=1.0.0', { steps: 2 }],
    ['ab', { steps: 1 }],
  ])('"%s" does not mind %j', (dependency, target) => {
    const records = inOrder(...base, applied('ab:001_x'), needs(dependency))
    expect(undone(records, target)).toHaveLength(target.steps)
  })

  it('is no matter of what was applied after them', () => {
    const [x, y, z] = base
    expect(undone(inOrder(x, y, needs('a', 'a@^1'), z), { steps: 1 })).toEqual(['003_z'])
  })

  it('lists all of them', () => {
    const records = inOrder(...base, needs('a'), applied('c:001_x', { dependencies: ['a:003_z'] }))
    expect(refusalOf(() => undone(records, { steps: 1 })).details.dependents).toHaveLength(2)
  })
})

describe('what cannot be undone', () => {
  it('is refused before anything is undone', () => {
    const irreversible = new Set(['001_x'])
    expect(undone(three, { steps: 2 }, { irreversible })).toHaveLength(2)
    const refusal = refusalOf(() => undone(three, { steps: 3 }, { irreversible }))
    expect(refusal.code).toBe('PLT_MIGRATION_IRREVERSIBLE')
    expect(refusal.message).toContain('a:001_x')
  })

  it('is code without its file', () => {
    const records = inOrder(applied('a:001_x', { kind: 'code' }))
    const undo = (...migrations: Migration[]) => undone(records, { steps: 1 }, { migrations })
    expect(undo(written('a:001_x', { kind: 'code' }))).toEqual(['001_x'])
    expect(refusalOf(() => undo()).code).toBe('PLT_MIGRATION_NOT_FOUND')
    expect(refusalOf(() => undo(written('a:001_x'))).code).toBe('PLT_MIGRATION_NOT_FOUND')
  })

  it.each(['needs-attention', 'running'] as const)('is a module with one in state %s', (state) => {
    const records = inOrder(applied('a:001_x', { state }), applied('a:002_y'))
    expect(refusalOf(() => undone(records, { steps: 1 })).code).toBe(
      'PLT_MIGRATION_NEEDS_ATTENTION',
    )
  })
})

it('whatever was applied, nothing that stays needs what a rollback takes', () => {
  const target = fc.record({ module: fc.nat(), steps: fc.integer({ min: 1, max: 5 }) })
  fc.assert(
    fc.property(randomGraph(true), target, (graph, { module, steps }) => {
      const order = stepsOrNothing(graph.migrations)
      fc.pre(order.length > 0)
      const records = order.map(({ migration }, index) =>
        applied(`${migration.module}:${migration.name}`, {
          version: migration.metadata.version,
          repeatable: migration.metadata.repeatable,
          dependencies: migration.metadata.dependencies.map(({ text }) => text),
          position: index + 1,
        }),
      )
      const { module: name = '' } = records[module % records.length] ?? {}
      const input = { records, target: { module: name, steps } }
      let going: readonly MigrationRecord[]
      try {
        going = planRollback({ migrations: graph.migrations, irreversible: new Set(), ...input })
      } catch (error) {
        expect(error).toMatchObject({ code: 'PLT_MIGRATION_DEPENDED_ON' })
        return
      }
      const positions = going.map(({ position }) => position)
      expect(positions).toEqual([...positions].sort((a, b) => b - a))
      // What stays could have been applied in its order without what went.
      const left = new Set(records.filter((record) => !going.includes(record)).map(identity))
      const kept = graph.migrations.filter((migration) => left.has(identity(migration)))
      expect(planned(kept).steps).toHaveLength(left.size)
    }),
    { numRuns: 500 },
  )
})

/** None where a range is not met. */
function stepsOrNothing(migrations: readonly Migration[]): MigrationPlan['steps'] {
  try {
    return planned(migrations).steps
  } catch {
    return []
  }
}

function identity({ module, name }: { readonly module: string; readonly name: string }): string {
  return `${module}:${name}`
}
