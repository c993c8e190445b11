import { MultiPoolManager, Pool } from '@plataforma/pool'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'

const PG_POOL = 'pg-pool'
const POOL = 'Pool'
const MODULE = 'pgPool of a module, metrics on'

interface Borrowed {
  connect(): Promise<{ release(): void }>
}

/** What a pool costs beside the statement: a client and back, on a warm connection. */
export const poolBorrowing: BenchCase = {
  name: 'pool-borrowing',
  title: 'Acquire and release',
  async run({ server }) {
    const connectionString = await server.createDatabase('bench_pool_borrowing')
    await using pools = new MultiPoolManager({ connectionString, budget: 10 })
    const theirs = new pg.Pool({ connectionString })
    const ours = new Pool({ connectionString })
    const competitors = [
      borrows(PG_POOL, theirs),
      borrows(POOL, ours),
      borrows(MODULE, pools.pgPool('vendas')),
    ]
    const times = await interleave(competitors, { rounds: 41, sliceMs: 20 })
    await Promise.all([theirs.end(), ours.end()])
    const microseconds = (name: string) => (times.get(name) ?? []).map((ms) => ms * 1_000)
    const peer = spreadOf(microseconds(PG_POOL)).median
    return [POOL, MODULE].map((name) => ({
      what: name,
      against: PG_POOL,
      spread: spreadOf(microseconds(name)),
      unit: ' µs' as const,
      aim: { atMost: 5 },
      note: `${PG_POOL} ${peer.toFixed(1)} µs, ${spreadOf(ratios(times, name, PG_POOL)).median.toFixed(2)} ×`,
    }))
  },
}

function borrows(name: string, pool: Borrowed): Competitor {
  return {
    name,
    async run() {
      const client = await pool.connect()
      client.release()
    },
  }
}
