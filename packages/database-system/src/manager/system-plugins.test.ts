import type { DatabasePlugin } from '@plataforma/core'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { DEVELOPMENT_CONFIG } from '../config/development-config.js'
import type { SystemConfig } from '../config/system-config.js'
import type { ManagerFactories } from './manager-factories.js'
import type { ManagerOf } from './manager-of.js'
import { switchedOff, systemPlugins } from './system-plugins.js'

class Pools {
  readonly sizes = new Map<string, number>()
}
class Caches {
  hits = 0
}

const packages = {
  cache: (): DatabasePlugin<'cache', Caches> => ({
    name: 'cache',
    setup: async () => new Caches(),
  }),
  pool: ({ poolConfig }): DatabasePlugin<'pool', Pools> => ({
    name: 'pool',
    after: [String(poolConfig?.max)],
    setup: async () => new Pools(),
  }),
} satisfies ManagerFactories

const namesFor = (config: SystemConfig) => systemPlugins(config, packages).map(({ name }) => name)

describe('the plugins of a configuration', () => {
  it('are those of the packages there are, unless switched off', () => {
    expect(namesFor({})).toEqual(['pool', 'cache'])
    expect(namesFor({ features: { caching: true, security: true } })).toEqual(['pool', 'cache'])
    expect(namesFor({ features: { caching: false } })).toEqual(['pool'])
    expect(systemPlugins({}, {})).toEqual([])
  })

  it('are made from the configuration', () => {
    const [pool] = systemPlugins({ poolConfig: { max: 7 } }, packages)
    expect(pool?.after).toEqual(['7'])
  })
})

describe('table options that are switched off', () => {
  it('follow the features', () => {
    expect(switchedOff({})).toEqual([])
    expect(switchedOff({ features: { partitioning: false } })).toEqual(['partition'])
    const features = { security: false, caching: false, partitioning: false }
    expect(switchedOff({ features })).toEqual(['audit', 'cache', 'partition'])
  })
})

describe('the type of a manager', () => {
  type Of<Name extends 'pool' | 'cache' | 'backup', Config extends SystemConfig> = ManagerOf<
    Name,
    Config,
    typeof packages
  >
  type On = { readonly features: { readonly caching: true } }
  type Off = { readonly features: { readonly caching: false } }
  type Unknown = { readonly features: { readonly caching: boolean } }

  it('is there where its feature is literally on or left out', () => {
    expectTypeOf<Of<'cache', On>>().toEqualTypeOf<Caches>()
    expectTypeOf<Of<'cache', typeof DEVELOPMENT_CONFIG>>().toEqualTypeOf<Caches>()
    expectTypeOf<Of<'cache', { readonly mode: 'development' }>>().toEqualTypeOf<Caches>()
    const others = { features: { backup: true } } as const
    expectTypeOf<Of<'cache', typeof others>>().toEqualTypeOf<Caches>()
  })

  it('is undefined where it is literally off or has no package', () => {
    expectTypeOf<Of<'cache', Off>>().toEqualTypeOf<undefined>()
    expectTypeOf<Of<'backup', typeof DEVELOPMENT_CONFIG>>().toEqualTypeOf<undefined>()
  })

  it('is possibly undefined where the type does not tell', () => {
    expectTypeOf<Of<'cache', Unknown>>().toEqualTypeOf<Caches | undefined>()
    expectTypeOf<Of<'cache', SystemConfig>>().toEqualTypeOf<Caches | undefined>()
  })

  it('has no switch for pools', () => {
    expectTypeOf<Of<'pool', Off>>().toEqualTypeOf<Pools>()
    expectTypeOf<Of<'pool', SystemConfig>>().toEqualTypeOf<Pools>()
  })
})
