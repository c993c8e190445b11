import { expect, it } from 'vitest'
import type { Migration } from '../migration/migration.js'
import { applied, unreadable, written } from '../plan/plan.fixture.js'
import type { MigrationRecord } from '../registry/migration-record.js'
import type { HalfDoneMigration } from './migration-reports.js'
import { moduleStatus } from './module-status.js'

function statusOf(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
  halfDone: ReadonlyMap<string, HalfDoneMigration> = new Map(),
) {
  return moduleStatus({
    module: 'vendas',
    migrations,
    records,
    unprotected: [],
    keys: [],
    halfDone,
  })
}

const key = (module: string) => ({
  module,
  table: 'clientes',
  name: 'clientes_email_key',
  kind: 'unique' as const,
  columns: ['email'],
  target: null,
  message: 'what is wrong',
  remedy: 'what to do',
  sql: 'ALTER TABLE …',
})

it('tells what is applied, what is pending and the highest version applied', () => {
  const status = moduleStatus({
    module: 'vendas',
    migrations: [
      written('vendas:002_b', { version: '1.10.0' }),
      unreadable('vendas:001_a'),
      written('vendas:000_view', { repeatable: true }),
      written('vendas:010_c'),
      written('outro:001_x'),
    ],
    records: [
      applied('outro:002_y', { version: '9.0.0' }),
      applied('vendas:003_gone', { version: '1.9.0', position: 7 }),
      applied('vendas:001_a', { version: '1.10.0-rc.1', position: 3 }),
    ],
    unprotected: ['pedidos', 'clientes'],
    keys: [key('outro'), key('vendas')],
    halfDone: new Map(),
  })
  expect(status).toEqual({
    module: 'vendas',
    version: '1.10.0-rc.1',
    state: 'pending',
    applied: [
      {
        name: '001_a',
        version: '1.10.0-rc.1',
        checksum: 'sum of vendas:001_a',
        appliedAt: '2026-01-01T00:00:00.000Z',
        durationMs: 5,
      },
      expect.objectContaining({ name: '003_gone', version: '1.9.0' }),
    ],
    pending: [
      { name: '002_b', version: '1.10.0' },
      { name: '010_c', version: null },
      { name: '000_view', version: null },
    ],
    unprotected: ['clientes', 'pedidos'],
    keysAcrossTenants: [key('vendas')],
    warnings: [
      {
        kind: 'file-missing',
        module: 'vendas',
        name: '003_gone',
        message: 'vendas:003_gone is applied and its file is gone.',
      },
    ],
  })
  expect(JSON.parse(JSON.stringify(status))).toEqual(status)
})

it('is current where all is applied, also without its files or any migration', () => {
  expect(statusOf([], [applied('vendas:001_a')])).toMatchObject({ state: 'current', pending: [] })
  const empty = { state: 'current', version: null, applied: [], warnings: [] }
  expect(statusOf([], [])).toMatchObject(empty)
})

it('is changed where applied SQL was edited, and not where code was', () => {
  const edited = written('vendas:001_a', { checksum: 'other' })
  expect(statusOf([edited], [applied('vendas:001_a')]).state).toBe('changed')
  const code = written('vendas:001_a', { checksum: 'other', kind: 'code' })
  expect(statusOf([code], [applied('vendas:001_a', { kind: 'code' })])).toMatchObject({
    state: 'current',
    warnings: [{ kind: 'code-changed', name: '001_a' }],
  })
})

it('has a repeatable one with a new text as applied and as pending', () => {
  const status = statusOf(
    [written('vendas:001_v', { repeatable: true, checksum: 'other' })],
    [applied('vendas:001_v', { repeatable: true })],
  )
  expect(status).toMatchObject({
    state: 'pending',
    applied: [{ name: '001_v' }],
    pending: [{ name: '001_v' }],
  })
})

const HALF: HalfDoneMigration = {
  direction: 'up',
  done: 2,
  of: 5,
  line: 4,
  outlook: 'resumable',
  remedy: 'what to do',
}

it('has what is half done as pending, its file there or not', () => {
  const records = [applied('vendas:001_a', { state: 'running', version: '1.0.0' })]
  for (const migrations of [[], [written('vendas:001_a', { version: '1.0.0' })]]) {
    const status = statusOf(migrations, records, new Map([['001_a', HALF]]))
    expect(status).toMatchObject({
      state: 'half-done',
      version: null,
      applied: [],
      pending: [{ name: '001_a', version: '1.0.0', halfDone: HALF }],
    })
    expect(JSON.parse(JSON.stringify(status))).toEqual(status)
  }
})

it.each([
  ['running', 'pending'],
  ['file-missing', 'half-done'],
  ['changed', 'changed'],
  ['needs-attention', 'needs-attention'],
] as const)('is, with one half done and %s, %s', (outlook, state) => {
  const records = [applied('vendas:001_a', { state: 'running' })]
  const halfDone = new Map([['001_a', { ...HALF, outlook }]])
  expect(statusOf([written('vendas:001_a')], records, halfDone).state).toBe(state)
})

it('needs attention before all else', () => {
  const status = statusOf(
    [written('vendas:001_a'), written('vendas:002_b', { checksum: 'other' })],
    [applied('vendas:001_a', { state: 'needs-attention' }), applied('vendas:002_b')],
  )
  expect(status).toMatchObject({ state: 'needs-attention', pending: [{ name: '001_a' }] })
})
