import { describe, expect, it } from 'vitest'
import { applied, planned, refusalOf, stepsOf, unreadable, written } from './plan.fixture.js'

describe('what is planned', () => {
  it('is what is not applied, by number, then name, repeatable ones last', () => {
    const plan = planned(
      [
        written('vendas:010_c'),
        written('vendas:0_views', { repeatable: true }),
        written('vendas:9_b'),
        written('vendas:001_a'),
      ],
      [applied('vendas:001_a')],
    )
    expect(stepsOf(plan)).toEqual(['vendas:9_b', 'vendas:010_c', 'vendas:0_views'])
    expect(plan.steps.map(({ reason, after }) => [reason, after])).toEqual([
      ['new', []],
      ['new', [0]],
      ['new', [1]],
    ])
    expect(plan.warnings).toEqual([])
  })

  it('reads no metadata of what is applied and unchanged', () => {
    const plan = planned(
      [unreadable('a:001_x'), unreadable('a:002_v'), written('b:001_y', { needs: ['a'] })],
      [applied('a:001_x'), applied('a:002_v', { repeatable: true })],
    )
    expect(stepsOf(plan)).toEqual(['b:001_y'])
  })

  it('holds a repeatable one again once its text has changed', () => {
    const view = written('a:001_v', { repeatable: true, checksum: 'other' })
    const plan = planned([view, written('a:002_x')], [applied('a:001_v', { repeatable: true })])
    expect(plan.steps.map(({ migration, reason }) => [migration.name, reason])).toEqual([
      ['002_x', 'new'],
      ['001_v', 'again'],
    ])
  })

  it('holds what was interrupted', () => {
    const plan = planned(
      [written('a:001_x', { checksum: 'mended' }), written('a:002_y'), written('a:003_z')],
      [applied('a:001_x', { state: 'running' }), applied('a:002_y', { state: 'undoing' })],
    )
    expect(plan.steps.map(({ reason }) => reason)).toEqual(['resume', 'resume', 'new'])
  })

  it('is nothing where all is applied', () => {
    expect(planned([unreadable('a:001_x')], [applied('a:001_x')])).toEqual({
      steps: [],
      warnings: [],
    })
  })
})

describe('a selection of modules', () => {
  const migrations = [
    written('auth:001_users'),
    written('auth:002_roles', { needs: ['base'] }),
    written('auth:003_later'),
    written('base:001_types'),
    written('other:001_x'),
    written('vendas:001_x', { needs: ['auth:002_roles'] }),
  ]

  it('plans these and what they need of others, no further', () => {
    expect(stepsOf(planned(migrations, [], { modules: ['vendas'] }))).toEqual([
      'auth:001_users',
      'base:001_types',
      'auth:002_roles',
      'vendas:001_x',
    ])
  })

  it('does not look at what is wrong in modules that it does not need', () => {
    const plan = planned(
      [...migrations, written('other:002_y', { checksum: 'edited', needs: ['nowhere'] })],
      [applied('other:002_y'), applied('other:003_z', { state: 'needs-attention' })],
      { modules: ['vendas'] },
    )
    expect(stepsOf(plan)).not.toContain('other:001_x')
  })

  it('refuses a module that nobody has heard of', () => {
    const refusal = refusalOf(() => planned(migrations, [], { modules: ['venda'] }))
    expect(refusal.code).toBe('PLT_MIGRATION_NOT_FOUND')
    expect(refusal.message).toContain('Did you mean "vendas"?')
    expect(refusal.remedy).toContain('auth, base, other, vendas')
  })
})

describe('out of order', () => {
  const migrations = [written('a:001_x'), written('a:002_y'), written('a:003_z')]
  const records = [applied('a:001_x'), applied('a:003_z')]

  it('is refused, naming the file and what stands after it', () => {
    const refusal = refusalOf(() => planned(migrations, records))
    expect(refusal.code).toBe('PLT_MIGRATION_OUT_OF_ORDER')
    expect(refusal.message).toContain('a:002_y (migrations/a/002_y.sql) stands before 003_z')
  })

  it('is planned with a warning, or without', () => {
    const warned = planned(migrations, records, { outOfOrder: 'warn' })
    expect(stepsOf(warned)).toEqual(['a:002_y'])
    expect(warned.warnings).toMatchObject([{ kind: 'out-of-order', module: 'a', name: '002_y' }])
    const allowed = planned(migrations, records, { outOfOrder: 'allow' })
    expect(stepsOf(allowed)).toEqual(['a:002_y'])
    expect(allowed.warnings).toEqual([])
  })

  it('counts a number of more digits as later, and files that are gone', () => {
    expect(stepsOf(planned([written('a:10_y')], [applied('a:9_x')]))).toEqual(['a:10_y'])
    expect(refusalOf(() => planned([written('a:9_y')], [applied('a:10_x')])).code).toBe(
      'PLT_MIGRATION_OUT_OF_ORDER',
    )
  })

  it('is nothing that a repeatable or an interrupted migration can be', () => {
    const plan = planned(
      [written('a:001_v', { repeatable: true }), written('a:002_y'), written('a:003_z')],
      [applied('a:002_y', { state: 'running' }), applied('a:003_z')],
    )
    expect(stepsOf(plan)).toEqual(['a:002_y', 'a:001_v'])
  })

  it('is no matter of repeatable ones that are applied', () => {
    const records = [applied('a:900_v', { repeatable: true })]
    expect(stepsOf(planned([written('a:001_x')], records))).toEqual(['a:001_x'])
  })
})

describe('what is applied and no longer as it was', () => {
  it('refuses edited SQL, listing all of it', () => {
    const refusal = refusalOf(() =>
      planned(
        [
          written('b:001_y', { checksum: 'edited' }),
          written('a:002_x', { checksum: 'edited' }),
          written('a:001_x'),
        ],
        [applied('a:001_x'), applied('a:002_x'), applied('b:001_y')],
      ),
    )
    expect(refusal.code).toBe('PLT_MIGRATION_CHANGED')
    expect(refusal.message).toContain('2 migrations')
    expect(refusal.details).toMatchObject({
      changed: [
        { module: 'a', name: '002_x', file: 'migrations/a/002_x.sql', found: 'edited' },
        { module: 'b', name: '001_y', applied: 'sum of b:001_y' },
      ],
    })
  })

  it('refuses SQL that has become code, and a repeatable one that no longer is', () => {
    for (const [migration, record] of [
      [written('a:001_x', { kind: 'code', checksum: 'c' }), applied('a:001_x')],
      [written('a:001_x', { checksum: 'c' }), applied('a:001_x', { repeatable: true })],
      [written('a:001_x', { checksum: 'c', repeatable: true }), applied('a:001_x')],
    ] as const) {
      expect(refusalOf(() => planned([migration], [record])).code).toBe('PLT_MIGRATION_CHANGED')
    }
  })

  it('warns of changed code', () => {
    const plan = planned(
      [written('a:001_x', { kind: 'code', checksum: 'other' })],
      [applied('a:001_x', { kind: 'code' })],
    )
    expect(plan).toMatchObject({ steps: [], warnings: [{ kind: 'code-changed', name: '001_x' }] })
  })

  it('compares nothing where there is no text', () => {
    const functions = { ...written('a:001_x', { kind: 'code' }), checksum: undefined }
    for (const checksum of ['sum', undefined]) {
      const plan = planned([functions], [applied('a:001_x', { kind: 'code', checksum })])
      expect(plan).toEqual({ steps: [], warnings: [] })
    }
  })

  it('warns of a file that is gone, and asks whether it was renamed', () => {
    const plan = planned(
      [written('a:003_renamed', { checksum: 'sum of a:002_x' })],
      [applied('a:001_x'), applied('a:002_x')],
    )
    expect(plan.warnings.map(({ kind, name }) => [kind, name])).toEqual([
      ['file-missing', '001_x'],
      ['file-missing', '002_x'],
    ])
    expect(plan.warnings[1]?.message).toContain('003_renamed has the same text')
  })

  it('refuses what needs attention before anything else', () => {
    const refusal = refusalOf(() =>
      planned(
        [written('a:001_x'), written('a:002_y', { checksum: 'edited' })],
        [applied('a:001_x', { state: 'needs-attention' }), applied('a:002_y')],
      ),
    )
    expect(refusal.code).toBe('PLT_MIGRATION_NEEDS_ATTENTION')
    expect(refusal.message).toContain('a:001_x')
  })

  it('refuses to go on with an interrupted one whose file is gone', () => {
    const refusal = refusalOf(() => planned([], [applied('a:001_x', { state: 'running' })]))
    expect(refusal.code).toBe('PLT_MIGRATION_NOT_FOUND')
  })
})

describe('a migration for other servers', () => {
  it.each([
    [150_018, '>=16', false],
    [160_000, '>=16', true],
    [180_004, '18', true],
    [180_004, '<18.4', false],
    [180_004, '>=18.3 <19', true],
  ])('on %i, "%s": %s', (serverVersion, pg, isSupported) => {
    const plan = () => planned([written('a:001_x', { pg })], [], { serverVersion })
    if (isSupported) expect(stepsOf(plan())).toEqual(['a:001_x'])
    else expect(refusalOf(plan).code).toBe('PLT_MIGRATION_UNSUPPORTED')
  })

  it('names the server and the file', () => {
    const { message } = refusalOf(() => planned([written('a:001_x', { pg: '>=99' })]))
    expect(message).toContain('PostgreSQL 18.4')
    expect(message).toContain('migrations/a/001_x.sql')
  })
})
