import { describe, expect, it } from 'vitest'
import { applied, planned, refusalOf, stepsOf, written } from './plan.fixture.js'

describe('a dependency on a module', () => {
  it('comes after all of it but what is repeatable', () => {
    const plan = planned([
      written('z:001_a'),
      written('z:002_b'),
      written('z:003_view', { repeatable: true }),
      written('a:001_x', { needs: ['z'] }),
    ])
    const steps = stepsOf(plan)
    expect(steps).toEqual(['z:001_a', 'z:002_b', 'a:001_x', 'z:003_view'])
    expect(plan.steps[2]?.after).toEqual([1])
  })

  it('is met by what is applied, its files there or not', () => {
    const plan = planned([written('a:001_x', { needs: ['z'] })], [applied('z:001_gone')])
    expect(stepsOf(plan)).toEqual(['a:001_x'])
  })

  it('names file, dependency and what there is, where the module is missing', () => {
    const refusal = refusalOf(() =>
      planned([written('auth:001_x'), written('vendas:001_x', { needs: ['autt'] })]),
    )
    expect(refusal.code).toBe('PLT_MIGRATION_DEPENDENCY')
    expect(refusal.message).toContain('vendas:001_x needs "autt"')
    expect(refusal.message).toContain('Did you mean "auth"?')
    expect(refusal.message).toContain('migrations/vendas/001_x.sql:1:')
    expect(refusal.message).toMatch(/\n {2,}\| +\^$/)
    expect(refusal.remedy).toContain('auth, vendas')
    expect(refusal.details).toMatchObject({
      file: 'migrations/vendas/001_x.sql',
      migration: '001_x',
      dependency: 'autt',
      available: ['auth', 'vendas'],
    })
  })

  it('names the file of code too', () => {
    const { message } = refusalOf(() =>
      planned([written('vendas:001_x', { needs: ['autt'], kind: 'code' })]),
    )
    expect(message).toContain('migrations/vendas/001_x.ts')
  })
})

describe('a dependency on a migration', () => {
  it('comes after that one, not after those that follow', () => {
    const plan = planned([
      written('z:001_a'),
      written('z:002_b'),
      written('a:001_x', { needs: ['z:001_a'] }),
    ])
    expect(stepsOf(plan)).toEqual(['z:001_a', 'a:001_x', 'z:002_b'])
  })

  it('is met where that one is applied, its file there or not', () => {
    const plan = planned(
      [written('z:002_b'), written('a:001_x', { needs: ['z:001_a'] })],
      [applied('z:001_a')],
      { modules: ['a'] },
    )
    expect(stepsOf(plan)).toEqual(['a:001_x'])
  })

  it('comes after a repeatable one that is to be run again', () => {
    const plan = planned(
      [
        written('z:001_v', { repeatable: true, checksum: 'new' }),
        written('a:001_x', { needs: ['z:001_v'] }),
      ],
      [applied('z:001_v', { repeatable: true })],
    )
    expect(stepsOf(plan)).toEqual(['z:001_v', 'a:001_x'])
  })

  it('names what there is, where it is missing', () => {
    const refusal = refusalOf(() =>
      planned([written('z:001_add_x'), written('a:001_x', { needs: ['z:001_ad_x'] })]),
    )
    expect(refusal.code).toBe('PLT_MIGRATION_DEPENDENCY')
    expect(refusal.message).toContain('Did you mean "001_add_x"?')
    expect(refusal.details).toMatchObject({ dependency: 'z:001_ad_x', available: ['001_add_x'] })
  })
})

describe('a dependency on a range', () => {
  const versions = [
    written('z:001_a', { version: '1.0.0' }),
    written('z:002_b'),
    written('z:003_c', { version: '1.2.0' }),
    written('z:004_d', { version: '1.9.0' }),
    written('z:005_e', { version: '2.0.0' }),
  ]

  it('comes after the first migration that meets it, before the one that leaves it', () => {
    const steps = stepsOf(planned([...versions, written('a:001_x', { needs: ['z@^1.2.0'] })]))
    expect(steps.indexOf('a:001_x')).toBeGreaterThan(steps.indexOf('z:003_c'))
    expect(steps.indexOf('a:001_x')).toBeLessThan(steps.indexOf('z:005_e'))
  })

  it('needs no more of the module than that', () => {
    const plan = planned([...versions, written('a:001_x', { needs: ['z@>=1.2.0'] })], [], {
      modules: ['a'],
    })
    expect(stepsOf(plan)).toEqual(['z:001_a', 'z:002_b', 'z:003_c', 'a:001_x'])
  })

  it('is met by the highest version applied', () => {
    const records = [
      applied('z:001_a', { version: '1.10.0' }),
      applied('z:002_b', { version: '1.9.0' }),
    ]
    const migrations = [written('z:006_f'), written('a:001_x', { needs: ['z@>=1.10.0'] })]
    expect(stepsOf(planned(migrations, records, { modules: ['a'] }))).toEqual(['a:001_x'])
  })

  it.each([
    ['>=3.0.0', [], 'z goes through versions 1.0.0, 1.2.0, 1.9.0, 2.0.0'],
    ['^1.0.0', [applied('z:006_f', { version: '2.1.0' })], 'the version of z is 2.1.0'],
  ])('tells which versions there are where %s is not met', (range, records, message) => {
    const refusal = refusalOf(() =>
      planned([...versions, written('a:001_x', { needs: [`z@${range}`] })], records, {
        outOfOrder: 'allow',
      }),
    )
    expect(refusal.code).toBe('PLT_MIGRATION_DEPENDENCY')
    expect(refusal.message).toContain(`a:001_x needs "z@${range}", and ${message}`)
  })

  it('tells that no migration says a version', () => {
    const migrations = [written('z:001_a'), written('a:001_x', { needs: ['z@1'] })]
    expect(refusalOf(() => planned(migrations)).message).toContain('says a version')
  })

  it('may be on the own module, of earlier ones', () => {
    const migrations = [
      written('z:001_a', { version: '1.0.0' }),
      written('z:002_b', { version: '2.0.0', needs: ['z@^1.0.0'] }),
    ]
    expect(stepsOf(planned(migrations))).toEqual(['z:001_a', 'z:002_b'])
  })
})

describe('a cycle', () => {
  it('is named with its whole path and its files, and how to break it', () => {
    const refusal = refusalOf(() =>
      planned([
        written('a:001_x', { needs: ['b:002_y'] }),
        written('b:001_x', { needs: ['c'] }),
        written('b:002_y'),
        written('c:001_x', { needs: ['a:001_x'] }),
      ]),
    )
    expect(refusal.code).toBe('PLT_MIGRATION_CYCLE')
    expect(refusal.message).toBe(
      [
        'Migrations depend on each other in a circle:',
        '  a:001_x (migrations/a/001_x.sql)',
        '    needs "b:002_y":',
        '  b:002_y (migrations/b/002_y.sql)',
        '    comes after 001_x in b:',
        '  b:001_x (migrations/b/001_x.sql)',
        '    needs "c":',
        '  c:001_x (migrations/c/001_x.sql)',
        '    needs "a:001_x":',
        '  a:001_x (migrations/a/001_x.sql)',
      ].join('\n'),
    )
    expect(refusal.remedy).toContain('split a:001_x')
  })

  it('shows only the ends of a way through a module', () => {
    const refusal = refusalOf(() =>
      planned([
        written('a:001_x', { needs: ['b'] }),
        written('b:001_x', { needs: ['a'] }),
        ...Array.from({ length: 50 }, (_, n) => written(`b:${n + 100}_y`)),
      ]),
    )
    expect(refusal.message.split('\n')).toHaveLength(8)
    expect(refusal.details.path).toHaveLength(52)
  })

  it.each([
    ['itself', 'a:001_x'],
    ['its whole module', 'a'],
    ['what comes later', 'a:002_y'],
  ])('is also a migration that needs %s', (_, needs) => {
    const migrations = [written('a:001_x', { needs: [needs] }), written('a:002_y')]
    expect(refusalOf(() => planned(migrations)).code).toBe('PLT_MIGRATION_CYCLE')
  })

  it('may come of a range that must not be left', () => {
    const refusal = refusalOf(() =>
      planned([
        written('a:001_x', { needs: ['z@^1', 'z:002_b'] }),
        written('z:001_a', { version: '1.0.0' }),
        written('z:002_b', { version: '2.0.0' }),
      ]),
    )
    expect(refusal.code).toBe('PLT_MIGRATION_CYCLE')
    expect(refusal.message).toContain('would leave the range "z@^1"')
  })
})
