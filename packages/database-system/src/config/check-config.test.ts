import { describe, expect, it } from 'vitest'
import { checkConfig, unknownKeys } from './check-config.js'
import type { SystemConfig } from './system-config.js'

describe('checkConfig', () => {
  it.each([
    ['features.isolation', { features: { isolation: false } }],
    ['features.cashing', { features: { cashing: true } }],
    ['features.caching', { features: { caching: 'yes' } }],
    ['features', { features: ['caching'] }],
    ['redisConfig.enabled', { redisConfig: { url: 'redis://localhost' } }],
    ['redisConfig.url', { redisConfig: { url: 'localhost:6379', enabled: true } }],
    ['redisConfig.url', { redisConfig: { url: 'https://localhost', enabled: true } }],
    ['migrations', { migrations: ['vendas'] }],
    ['config', null],
  ])('refuses a wrong %s', (key, config) => {
    expect(() => checkConfig(config as SystemConfig)).toThrow(
      expect.objectContaining({
        code: 'PLT_CONFIG_INVALID',
        remedy: expect.any(String),
        details: { key },
      }),
    )
  })

  it.each<SystemConfig>([
    {},
    { features: { caching: false, partitioning: undefined } },
    { redisConfig: { enabled: true, url: undefined } },
    { redisConfig: { enabled: true, url: 'rediss://user:secret@redis.example:6380/1' } },
  ])('takes %j', (config) => {
    expect(() => checkConfig(config)).not.toThrow()
  })

  it('finds misspelt keys', () => {
    const config = { mode: 'development', poolconfig: { max: 3 } } as SystemConfig
    expect(unknownKeys(config)).toEqual(['poolconfig'])
  })
})
