import { expect, it } from 'vitest'
import { FuzzRun } from './fuzz-run.fixture.js'

/** It computes all the time: half a minute on a machine of its own, and more on a shared one. */
const TIMEOUT_MS = 600_000

const DAY_MS = 86_400_000

async function keepsPromises(seed: number, steps: number, pauseMs: number): Promise<number> {
  const run = new FuzzRun(seed, steps < 1_000)
  try {
    await run.run(steps, pauseMs)
    if (!run.host.isClosing) await run.calmDown()
    await run.close()
  } catch (error) {
    throw new Error(`seed ${seed}, ${steps} steps`, { cause: error })
  }
  return run.ends.served
}

it(
  'keeps every promise in short runs, whatever happens in whatever order',
  async () => {
    let served = 0
    for (let seed = 1; seed <= 1_000; seed += 1) served += await keepsPromises(seed, 120, 20)
    expect(served).toBeGreaterThan(10_000)
  },
  TIMEOUT_MS,
)

it(
  'keeps every promise in long runs under load',
  async () => {
    let served = 0
    for (let seed = 1; seed <= 5; seed += 1) served += await keepsPromises(seed, 6_000, 10)
    expect(served).toBeGreaterThan(2_000)
  },
  TIMEOUT_MS,
)

it(
  'keeps every promise for a day',
  async () => {
    const steps = 5_000
    // Three pauses in ten are none, the others half as long on average.
    const pauseMs = DAY_MS / steps / 0.35
    expect(await keepsPromises(1, steps, pauseMs)).toBeGreaterThan(1_000)
  },
  TIMEOUT_MS,
)
