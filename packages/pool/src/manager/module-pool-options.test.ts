import { describe, expect, it } from 'vitest'
import { MultiPoolManager, type MultiPoolManagerOptions } from './multi-pool-manager.js'

const connectionString = 'postgresql://nobody@127.0.0.1:1/none'

const make = (options: object) => () =>
  new MultiPoolManager({ connectionString, ...options } as MultiPoolManagerOptions)

const refusal = (key: string) =>
  expect.objectContaining({
    code: 'PLT_CONFIG_INVALID',
    message: expect.stringContaining(`\`${key}\``),
    remedy: expect.any(String),
    details: { key },
  })

describe('options of the pools', () => {
  it.each<[string, object]>([
    ['poolConfig', { poolConfig: 5 }],
    ['poolConfig.max', { poolConfig: { max: 0 } }],
    ['poolConfig.max', { poolConfig: { max: Number.NaN } }],
    ['poolConfig.max', { poolConfig: { max: '30' } }],
    ['poolConfig.max', { poolConfig: { max: 2.5 } }],
    ['poolConfig.max', { poolConfig: { max: null } }],
    ['poolConfig.max', { poolConfig: { max: 10n } }],
    ['poolConfig.min', { poolConfig: { min: -1 } }],
    ['poolConfig.min', { poolConfig: { min: 20, max: 10 } }],
    ['poolConfig.maximum', { poolConfig: { maximum: 10 } }],
    ['poolConfig.weight', { poolConfig: { weight: 0 } }],
    ['poolConfig.weight', { poolConfig: { weight: Number.POSITIVE_INFINITY } }],
    ['poolConfig.maxWaiting', { poolConfig: { maxWaiting: -1 } }],
    ['poolConfig.acquireTimeoutMs', { poolConfig: { acquireTimeoutMs: '1s' } }],
    ['poolConfig.slowQueryThresholdMs', { poolConfig: { slowQueryThresholdMs: -5 } }],
    ['poolConfig.shedding', { poolConfig: { shedding: [] } }],
    ['poolConfig.shedding.targetMs', { poolConfig: { shedding: { targetMs: 0 } } }],
    ['poolConfig.shedding.target', { poolConfig: { shedding: { target: 5 } } }],
    ['modules', { modules: ['vendas'] }],
    ['modules.vendas', { modules: { vendas: 3 } }],
    ['modules.vendas.max', { modules: { vendas: { max: -3 } } }],
    ['modules.vendas.toString', { modules: { vendas: { toString: 3 } } }],
    ['budget', { budget: 0 }],
    ['budget', { budget: Number.NaN }],
    ['idleTimeoutMs', { idleTimeoutMs: Number.POSITIVE_INFINITY }],
    ['connectTimeoutMs', { connectTimeoutMs: 0 }],
    ['maxLifetimeMs', { maxLifetimeMs: {} }],
    ['host.maxConnecting', { host: { maxConnecting: 0 } }],
    ['log', { log: 'console' }],
    ['connectionString', { connectionString: 42 }],
    ['connectionString', { connectionString: undefined }],
    ['max', { max: 10 }],
  ])('are refused with a wrong %s', (key, options) => {
    expect(make(options)).toThrow(refusal(key))
  })

  it('that are no object are refused', () => {
    for (const options of [null, undefined, 'postgresql://x', [], 7]) {
      expect(() => new MultiPoolManager(options as never)).toThrow(refusal('options'))
    }
  })

  it('never show a value that may be a secret', () => {
    expect(make({ budget: 'hunter2' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })

  it('of a module stand on the common ones, whatever the module is called', () => {
    const pools = make({
      poolConfig: { min: 5, max: 50 },
      modules: { vendas: { max: 3, shedding: { targetMs: 100 } } },
    })()
    expect(pools.getModulePool('vendas')?.settings).toMatchObject({
      max: 3,
      acquireTimeoutMs: 30_000,
      shedding: { targetMs: 100, intervalMs: 10_000 },
    })
    expect(pools.poolOf('constructor').settings).toMatchObject({ min: 5, max: 50 })
    expect(pools.getAllMetrics()).toMatchObject({ vendas: { min: 3, max: 3 }, constructor: {} })
    expect(pools.getModulePool('estoque')).toBeUndefined()
  })

  it('undefined counts as left out', () => {
    const options = { budget: undefined, poolConfig: { max: undefined, shedding: undefined } }
    expect(make(options)().poolOf('vendas').settings.max).toBe(10)
  })
})

describe('reconfigure', () => {
  it('refuses what it cannot use, and changes nothing', async () => {
    const pool = make({ poolConfig: { min: 2, max: 10 } })().poolOf('vendas')
    const before = pool.settings
    for (const [key, options] of [
      ['max', { max: Number.NaN, weight: 2 }],
      ['max', { max: '30' }],
      ['min', { min: 30 }],
      ['maxx', { maxx: 30 }],
      ['options', null],
    ] as const) {
      await expect(pool.reconfigure(options as never)).rejects.toEqual(refusal(key))
    }
    expect(pool.settings).toBe(before)
  })

  it('lowers what is kept warm with the maximum, and raises it again', async () => {
    const pool = make({ poolConfig: { min: 5, max: 10 } })().poolOf('vendas')
    await pool.reconfigure({ max: 3 })
    expect(pool.getMetrics()).toMatchObject({ min: 3, max: 3 })
    await pool.reconfigure({ max: 40 })
    expect(pool.getMetrics()).toMatchObject({ min: 5, max: 40 })
  })
})
