import { describe, it } from 'vitest'
import { SmallSource } from './small-source.fixture.js'
import { testedSources } from './tested-sources.fixture.js'
import type { SourceLimits } from './trial.js'

const { address, pool, checksOf } = testedSources()

describe('the default source', () => {
  it.each(checksOf(pool).map(({ name, run }) => [name, run] as const))('%s', (_, run) => run())
})

describe('a small source of a third party', () => {
  const small = (limits: SourceLimits) => new SmallSource(address(), limits)
  it.each(checksOf(small).map(({ name, run }) => [name, run] as const))('%s', (_, run) => run())
})
