import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { outcomeOf, Parity, type Side } from './parity.fixture.js'
import { builders } from './parity-builders.fixture.js'
import { errors, rawSql, schema } from './parity-sql.fixture.js'
import { plugins, streams, transactions } from './parity-work.fixture.js'

const GROUPS = { builders, schema, rawSql, errors, transactions, streams, plugins }
const CASES = Object.entries(GROUPS).flatMap(([group, cases]) =>
  Object.entries(cases).map(([name, run]) => [group, name, run] as const),
)

let parity: Parity
let sides: readonly [Side, Side]

beforeAll(async () => {
  parity = await Parity.start()
  sides = parity.sides()
})

afterAll(() => parity[Symbol.asyncDispose]())

beforeEach(() => parity.reset())

describe('the same result, error and log as with Kysely’s own dialect', () => {
  it.each(CASES)('%s: %s', async (_, __, run) => {
    // Three times: as it comes, while it is prepared, and prepared.
    for (let turn = 0; turn < 3; turn++) {
      await parity.reset()
      const outcomes = []
      for (const { db, log, pool } of sides) {
        log.length = 0
        const outcome = await outcomeOf(() => run(db))
        outcomes.push({ outcome, log: [...log], free: pool.totalCount === pool.idleCount })
      }
      expect(outcomes[1]).toEqual(outcomes[0])
    }
  })
})
