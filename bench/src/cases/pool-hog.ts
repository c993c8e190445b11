import { MultiPoolManager } from '@plataforma/pool'
import type { BenchCase } from '../bench-case.js'
import { spreadOf } from '../measure/spread.js'

const BUDGET = 12
const LIGHT = 24
const SECONDS = 4
const HOG_MS = 50
const HOG_CALLERS = 40

/** One module that would take everything, and 24 that ask for 2 ms now and then. */
export const poolHog: BenchCase = {
  name: 'pool-hog',
  title: `${LIGHT} light modules beside one with ${HOG_CALLERS} callers of ${HOG_MS} ms, budget ${BUDGET}`,
  async run({ server }) {
    const connectionString = await server.createDatabase('bench_pool_hog')
    const alone = await light(connectionString, 0)
    const beside = await light(connectionString, HOG_CALLERS)
    const p99 = (waits: readonly number[]) => {
      const sorted = waits.toSorted((one, other) => one - other)
      return (sorted[Math.floor(0.99 * sorted.length)] ?? 0) * 1_000
    }
    return [
      {
        what: 'p99 of what light modules wait beside it',
        against: 'one statement of the hog, or 1.5× the wait without it',
        spread: spreadOf([p99(beside)]),
        unit: ' µs',
        aim: { atMost: Math.round(Math.max(HOG_MS * 1_000, 1.5 * p99(alone))) },
        note: `${p99(alone).toFixed(0)} µs without it`,
      },
    ]
  },
}

/** What callers of light modules waited for a session, in milliseconds. */
async function light(connectionString: string, hogs: number): Promise<readonly number[]> {
  await using pools = new MultiPoolManager({
    connectionString,
    budget: BUDGET,
    poolConfig: { max: BUDGET },
  })
  const use = async (module: string, milliseconds: number) => {
    const asked = performance.now()
    const session = await pools.sessionsOf(module).acquire({
      identity: { kind: 'application' },
      purpose: 'module',
      access: 'write',
    })
    const waited = performance.now() - asked
    try {
      const text = `select pg_sleep(${milliseconds / 1_000})`
      await session.run([{ statements: [{ text }] }])
    } finally {
      session.release()
    }
    return waited
  }
  const end = performance.now() + SECONDS * 1_000
  const hog = async () => {
    while (performance.now() < end) await use('hog', HOG_MS)
  }
  const waits: number[] = []
  const asker = async (module: string) => {
    while (performance.now() < end) {
      waits.push(await use(module, 2))
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60))
    }
  }
  await Promise.all([
    ...Array.from({ length: hogs }, hog),
    ...Array.from({ length: LIGHT }, (_, module) => asker(`light_${module}`)),
  ])
  return waits
}
