import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { DEVELOPMENT_CONFIG } from './development-config.js'
import { PRODUCTION_CONFIG } from './production-config.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

const switches = { migrations: true, isolation: true, caching: true, security: true, backup: true }

describe('the presets', () => {
  it('have the documented values', () => {
    vi.stubEnv('DATABASE_URL', 'postgresql://host/loja')
    expect(DEVELOPMENT_CONFIG).toMatchObject({
      connectionString: 'postgresql://localhost:5432/plataforma_dev',
      ssl: false,
      poolConfig: { min: 2, max: 10 },
      features: { ...switches, partitioning: false },
    })
    expect({ ...PRODUCTION_CONFIG }).toMatchObject({
      connectionString: 'postgresql://host/loja',
      ssl: true,
      poolConfig: { min: 5, max: 50 },
      features: { ...switches, partitioning: true },
    })
  })

  it('take DATABASE_URL where they are used, not where they are imported', () => {
    vi.stubEnv('DATABASE_URL', undefined)
    expect(PRODUCTION_CONFIG.connectionString).toBeUndefined()
    vi.stubEnv('DATABASE_URL', 'postgresql://host/later')
    expect({ ...PRODUCTION_CONFIG }.connectionString).toBe('postgresql://host/later')
  })

  it('are hardened in production', () => {
    expect(PRODUCTION_CONFIG.mode).toBe('production')
    expect(PRODUCTION_CONFIG.tenantContext).toBe('required')
    expect(PRODUCTION_CONFIG.isolation.login).toBe('dedicated')
  })

  it('have literal types', () => {
    expectTypeOf(DEVELOPMENT_CONFIG.features.partitioning).toEqualTypeOf<false>()
    expectTypeOf(PRODUCTION_CONFIG.features.partitioning).toEqualTypeOf<true>()
    expectTypeOf(PRODUCTION_CONFIG.connectionString).toEqualTypeOf<string | undefined>()
  })
})
