import { expect, it } from 'vitest'
import { FuzzRun } from './fuzz-run.fixture.js'

const SHORT_RUNS = 1_000

it('keeps every promise in short runs, whatever happens in whatever order', async () => {
  let served = 0
  for (let seed = 1; seed <= SHORT_RUNS; seed += 1) {
    const run = new FuzzRun(seed)
    try {
      await run.run(120, 20)
      if (!run.host.isClosing) await run.calmDown()
      await run.close()
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error })
    }
    served += run.ends.served
  }
  expect(served).toBeGreaterThan(SHORT_RUNS * 20)
}, 120_000)
