import { expect, it } from 'vitest'
import { checkMigrationOptions } from './check-migration-options.js'

it.each([
  ['directroy', { directroy: 'migrations' }],
  ['directory', { directory: '' }],
  ['sources', { sources: { module: 'vendas' } }],
  ['directUrl', { directUrl: 'db.example:5432' }],
  ['lockWaitMs', { lockWaitMs: '10s' }],
  ['lockTimeoutMs', { lockTimeoutMs: Number.POSITIVE_INFINITY }],
  ['lockRetries', { lockRetries: 1.5 }],
  ['statementTimeoutMs', { statementTimeoutMs: -1 }],
  ['parallel', { parallel: 0 }],
  ['outOfOrder', { outOfOrder: 'ignore' }],
  ['onFailure', { onFailure: 'undo' }],
  ['extensions', { extensions: 'citext' }],
  ['outDir', { outDir: 1 }],
  ['types', { types: 'yes' }],
  ['onProgress', { onProgress: true }],
  ['options', null],
])('refuses a wrong %s', (key, options) => {
  expect(() => checkMigrationOptions(options)).toThrow(
    expect.objectContaining({
      code: 'PLT_CONFIG_INVALID',
      remedy: expect.stringMatching(/Give|There are: directory, /),
      details: { key },
    }),
  )
})

it('takes what is known, what the caller knows beside it, and what is left out', () => {
  const options = {
    directory: 'migrations',
    sources: [{ module: 'vendas', name: '001_a', up: async () => {} }],
    lockWaitMs: 0,
    parallel: 1,
    outOfOrder: 'warn',
    outDir: undefined,
    runOnInitialize: true,
    db: {},
  }
  expect(() =>
    checkMigrationOptions(options, { runOnInitialize: 'boolean', db: 'anything' }),
  ).not.toThrow()
  expect(() =>
    checkMigrationOptions({ runOnInitialize: 1 }, { runOnInitialize: 'boolean' }, 'migrations'),
  ).toThrow(expect.objectContaining({ details: { key: 'migrations.runOnInitialize' } }))
})
