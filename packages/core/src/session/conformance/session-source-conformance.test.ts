import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PgPoolSessionSource } from '../pg-pool-session-source.js'
import type { SessionSource } from '../session-source.js'
import { endingFaults } from './ending-faults.fixture.js'
import { loanFaults } from './loan-faults.fixture.js'
import { residueFaults } from './residue-faults.fixture.js'
import type { SessionSourceCheck } from './session-source-check.js'
import { sessionSourceConformance } from './session-source-conformance.js'
import { signalFaults } from './signal-faults.fixture.js'
import { SmallSource } from './small-source.fixture.js'
import type { SourceLimits } from './trial.js'

/** Each is the default source with one thing wrong. */
const FAULTS = [...loanFaults, ...residueFaults, ...signalFaults, ...endingFaults]

/** Checks at a time: each has its own source, and most of them wait most of the time. */
const AT_ONCE = 6

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})

afterAll(() => database.drop())

function pool(limits: SourceLimits): PgPoolSessionSource {
  const { connectionString } = database
  return new PgPoolSessionSource({
    logins: { loginOf: () => ({ key: 'only', config: { connectionString } }) },
    ...limits,
  })
}

const checksOf = (create: (limits: SourceLimits) => SessionSource, patienceMs?: number) =>
  sessionSourceConformance({
    name: 'source',
    create,
    patienceMs,
    // Read when a check runs, because there is a database only then.
    get connectionString() {
      return database.connectionString
    },
  })

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

describe('the default source', () => {
  it.each(checksOf(pool).map(({ name, run }) => [name, run] as const))('%s', (_, run) => run())
})

describe('a small source of a third party', () => {
  const small = (limits: SourceLimits) => new SmallSource(database.connectionString, limits)
  it.each(checksOf(small).map(({ name, run }) => [name, run] as const))('%s', (_, run) => run())
})

describe('a source with one fault fails the check for it, and no other', () => {
  it.each(FAULTS)('$name', { timeout: 60_000 }, async ({ fails, limits: bend, wrap }) => {
    const create = (limits: SourceLimits) => {
      const source = pool(bend?.(limits) ?? limits)
      const { connectionString } = database
      return wrap?.(source, { limits, connectionString }) ?? source
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
