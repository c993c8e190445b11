import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { expect, expectTypeOf, it } from 'vitest'
import type { generateTypes } from '../row-types/generate-types.js'
import type { verifyTypes } from '../row-types/verify-types.js'
import type { readSnapshot } from '../snapshot/read-snapshot.js'
import type { MigrationSystemOptions } from './migration-options.js'
import { MigrationSystem } from './migration-system.js'

interface Tables {
  readonly clientes: { readonly nome: string }
}

const connectionString = 'postgresql://localhost:5432/loja'
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool() }) })

it.each<readonly [string, string, unknown]>([
  ['nothing', 'connectionString', {}],
  ['a variable that is not set', 'connectionString', { connectionString: undefined }],
  ['an empty address', 'connectionString', { connectionString: '' }],
  ['a number for an address', 'connectionString', { connectionString: 5432 }],
  ['the address of another server', 'connectionString', { connectionString: 'mysql://localhost' }],
  ['an address and a Kysely', 'connectionString', { connectionString, db }],
  ['an object for a Kysely', 'db', { db: {} }],
  ['null for a Kysely', 'db', { db: null }],
])('refuses %s before anything connects', (_, key, target) => {
  expect(() => new MigrationSystem(target as MigrationSystemOptions)).toThrow(
    expect.objectContaining({
      code: 'PLT_CONFIG_INVALID',
      remedy: expect.stringContaining('Give'),
      details: { key },
    }),
  )
})

it('says nothing of a password in an address that is none', () => {
  expect(() => new MigrationSystem({ connectionString: 'postgres:/me:secret@host' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('secret') }),
  )
})

it('takes either', () => {
  expect(() => new MigrationSystem({ connectionString })).not.toThrow()
  expect(() => new MigrationSystem({ db })).not.toThrow()
})

it('takes a Kysely whose type has tables', () => {
  expectTypeOf(db).toExtend<Parameters<typeof generateTypes>[0]>()
  expectTypeOf(db).toExtend<Parameters<typeof verifyTypes>[0]>()
  expectTypeOf(db).toExtend<Parameters<typeof readSnapshot>[0]>()
})
