import { Pool } from '@plataforma/pool'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'

const WARM = 5
const CALLERS = 50
const STATEMENT = 'select pg_sleep(0.002)'
const IDEAL = `${WARM} clients, one queue`
const PG_POOL = 'pg-pool'
const POOL = 'Pool'

interface AnyPool {
  readonly totalCount: number
  connect(): Promise<{ release(): void }>
  query(text: string): Promise<unknown>
  end(): Promise<void>
}

/** Fifty callers at once on five warm connections: until the last of them is served. */
export const poolSpike: BenchCase = {
  name: 'pool-spike',
  title: `A burst of ${CALLERS} statements of 2 ms on ${WARM} warm connections`,
  async run({ server, tell }) {
    const connectionString = await server.createDatabase('bench_pool_spike')
    const config = { connectionString, max: CALLERS }
    const clients = Array.from({ length: WARM }, () => new pg.Client(connectionString))
    for (const client of clients) await client.connect()
    const theirs = bursts(PG_POOL, () => new pg.Pool(config))
    const ours = bursts(POOL, () => new Pool(config))
    const ideal: Competitor = { name: IDEAL, run: () => queue(clients) }
    const times = await interleave([ideal, theirs, ours], { rounds: 25, sliceMs: 0 })
    for (const client of clients) await client.end()
    for (const { name, opened } of [theirs, ours]) {
      tell(`${name} opened ${spreadOf(opened).median} new connections (median)`)
    }
    await Promise.all([theirs.end(), ours.end()])
    const median = (name: string) => spreadOf(times.get(name) ?? []).median.toFixed(1)
    return [
      {
        what: POOL,
        against: IDEAL,
        spread: spreadOf(ratios(times, POOL, IDEAL)),
        unit: '×',
        aim: { atMost: 1.3 },
        note: `${median(POOL)} ms; ideal ${median(IDEAL)} ms, ${PG_POOL} ${median(PG_POOL)} ms`,
      },
      { what: PG_POOL, against: IDEAL, spread: spreadOf(ratios(times, PG_POOL, IDEAL)), unit: '×' },
    ]
  },
}

async function queue(clients: readonly pg.Client[]): Promise<void> {
  let left = CALLERS
  const serve = async (client: pg.Client) => {
    while (left-- > 0) await client.query(STATEMENT)
  }
  await Promise.all(clients.map(serve))
}

function bursts(name: string, create: () => AnyPool) {
  let pool: AnyPool | undefined
  const opened: number[] = []
  return {
    name,
    opened,
    end: async () => pool?.end(),
    async prepare() {
      await pool?.end()
      pool = await warm(create())
    },
    async run() {
      if (pool === undefined) return
      const before = pool.totalCount
      const burst: Promise<unknown>[] = []
      while (burst.length < CALLERS) burst.push(pool.query(STATEMENT))
      await Promise.all(burst)
      opened.push(pool.totalCount - before)
    },
  }
}

/** Five connections that have served a little. */
async function warm(pool: AnyPool): Promise<AnyPool> {
  const clients = await Promise.all(Array.from({ length: WARM }, () => pool.connect()))
  for (const client of clients) client.release()
  for (let round = 0; round < 10; round++) {
    await Promise.all(clients.map(() => pool.query(STATEMENT)))
  }
  return pool
}
