import { describe, expect, it } from 'vitest'
import { endingFaults } from './ending-faults.fixture.js'
import { loanFaults } from './loan-faults.fixture.js'
import { residueFaults } from './residue-faults.fixture.js'
import type { SessionSourceCheck } from './session-source-check.js'
import { signalFaults } from './signal-faults.fixture.js'
import { testedSources } from './tested-sources.fixture.js'
import type { SourceLimits } from './trial.js'

/** Each is the default source with one thing wrong. */
const FAULTS = [...loanFaults, ...residueFaults, ...signalFaults, ...endingFaults]

/** Checks at a time: each has its own source, and most of them wait most of the time. */
const AT_ONCE = 6

const { address, pool, checksOf } = testedSources()

async function failuresOf(checks: readonly SessionSourceCheck[]): Promise<string[]> {
  const failed = new Set<string>()
  const waiting = [...checks]
  const work = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { name } = check
      await check.run().catch(() => failed.add(name.replace('source: ', '')))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return [...failed]
}

describe('a source with one fault fails the check for it, and no other', () => {
  it.each(FAULTS)('$name', { timeout: 60_000 }, async ({ fails, limits: bend, wrap }) => {
    const create = (limits: SourceLimits) => {
      const source = pool(bend?.(limits) ?? limits)
      return wrap?.(source, { limits, connectionString: address() }) ?? source
    }
    expect(await failuresOf(checksOf(create, 3_000))).toEqual([fails])
  })

  it('there is one for each check', () => {
    const found = new Set(FAULTS.map((fault) => `source: ${fault.fails}`))
    expect([...found].sort()).toEqual(
      checksOf(pool)
        .map((check) => check.name)
        .sort(),
    )
  })
})
