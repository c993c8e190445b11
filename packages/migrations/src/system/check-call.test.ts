import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { listMigrations } from '../source/list-migrations.js'
import { checkMigrationOptions } from './check-migration-options.js'
import { MigrationSystem } from './migration-system.js'

/** What TypeScript would not let through. */
const given = <T>(value: unknown) => value as T

// Nobody listens there: what is refused is refused before anything connects.
const system = new MigrationSystem({
  connectionString: 'postgresql://localhost:1/none',
  directory: './nowhere',
})

afterAll(() => system.close())

const METHODS: Readonly<Record<string, (options: never) => Promise<unknown>>> = {
  runModuleMigrations: (options) => system.runModuleMigrations('vendas', options),
  runAllMigrations: (options) => system.runAllMigrations(options),
  plan: (options) => system.plan(options),
  getModuleStatus: (options) => system.getModuleStatus('vendas', options),
  getStatus: (options) => system.getStatus(options),
  rollback: (options) => system.rollback(options),
  repair: (options) => system.repair(options),
  baseline: (options) => system.baseline(options),
  generateTypes: (options) => system.generateTypes(options),
  verifyTypes: (options) => system.verifyTypes(options),
  create: (options) => system.create('vendas', 'a', options),
  history: (options) => system.history(options),
}

const refusal = (key: string) => ({
  name: 'PlataformaError',
  code: 'PLT_OPTION_INVALID',
  remedy: expect.stringMatching(/give|There are: /i),
  details: { key },
})

describe.each(Object.entries(METHODS))('%s refuses', (method, call) => {
  it.each([null, 5, 'vendas', []])('%j in the place of its options', async (options) => {
    await expect(call(given(options))).rejects.toMatchObject(refusal('options'))
  })

  it('an option that it does not know, and one that cannot be read', async () => {
    await expect(call(given({ modul: 'vendas' }))).rejects.toMatchObject(refusal('modul'))
    const key = method === 'create' ? 'kind' : 'signal'
    const thrower = Object.defineProperty({}, key, {
      enumerable: true,
      get: () => {
        throw new RangeError('no')
      },
    })
    await expect(call(given(thrower))).rejects.toMatchObject({
      ...refusal(key),
      cause: expect.any(RangeError),
    })
  })
})

const TAKE_MODULE = ['plan', 'rollback', 'repair', 'baseline', 'history']

it.each(Object.keys(METHODS).filter((method) => method !== 'create'))(
  '%s refuses what is no signal',
  async (method) => {
    const rest = TAKE_MODULE.includes(method) ? { module: 'vendas' } : {}
    for (const signal of [null, {}, new AbortController()]) {
      const answer = METHODS[method]?.(given({ ...rest, signal }))
      await expect(answer).rejects.toMatchObject(refusal('signal'))
    }
  },
)

it.each([
  ['rollback', { module: 'vendas', steps: 0 }, 'steps'],
  ['rollback', { module: 'vendas', steps: '1' }, 'steps'],
  ['rollback', { module: 'vendas', to: 1 }, 'to'],
  ['repair', { module: 'vendas', name: 1 }, 'name'],
  ['repair', { module: 'vendas', name: '001_a', as: 'undone' }, 'as'],
  ['baseline', { module: 'vendas', to: {} }, 'to'],
  ['runAllMigrations', { onProgress: 'loud' }, 'onProgress'],
  ['generateTypes', { outDir: 5 }, 'outDir'],
  ['create', { kind: 'js' }, 'kind'],
])('%s refuses %j', async (method, options, key) => {
  await expect(METHODS[method]?.(given(options))).rejects.toMatchObject(refusal(key))
})

it.each(TAKE_MODULE)('%s refuses what is no name of a module', async (method) => {
  for (const module of [5, null, '', 'No', 'pg_x']) {
    await expect(METHODS[method]?.(given({ module }))).rejects.toMatchObject({
      code: 'PLT_MODULE_NAME_INVALID',
    })
  }
})

it('create refuses a name that is no text', async () => {
  for (const name of [5, null, undefined, {}]) {
    await expect(system.create('vendas', given(name))).rejects.toMatchObject({
      code: 'PLT_MIGRATION_INVALID',
    })
  }
})

it('a method that is called after close() says so', async () => {
  const closed = new MigrationSystem({ connectionString: 'postgresql://localhost:1/none' })
  await closed.close()
  await expect(closed.runAllMigrations()).rejects.toMatchObject({ code: 'PLT_CLOSED' })
})

describe('objects with getters that throw are refused with what they threw:', () => {
  const getter = (key: string, rest: object = {}) =>
    Object.defineProperty({ ...rest }, key, {
      enumerable: true,
      get: () => {
        throw new RangeError('no')
      },
    })
  const up = async () => {}
  const whole = { module: 'vendas', name: '001_a', up }

  it.each([
    ['module', getter('module', { name: '001_a', up })],
    ['name', getter('name', { module: 'vendas', up })],
    ['up', getter('up', { module: 'vendas', name: '001_a' })],
    ['down', getter('down', whole)],
    ['metadata', getter('metadata', whole)],
    ['version', { ...whole, metadata: getter('version') }],
  ])('%s of a source', (_, source) => {
    const metadata = () => listMigrations({ sources: [given(source)] })[0]?.metadata
    expect(metadata).toThrow(
      expect.objectContaining({
        code: 'PLT_MIGRATION_INVALID',
        remedy: expect.any(String),
        cause: expect.any(RangeError),
      }),
    )
  })

  it('an option of the constructor', () => {
    expect(() => checkMigrationOptions(getter('directory', { outDir: tmpdir() }))).toThrow(
      expect.objectContaining({ code: 'PLT_CONFIG_INVALID', cause: expect.any(RangeError) }),
    )
  })
})
