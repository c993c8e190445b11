import { PlataformaDialect } from '@plataforma/core'
import { MultiPoolManager } from '@plataforma/pool'
import { type Dialect, Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { spreadOf } from '../measure/spread.js'

const MODULES = 25
const CONNECTIONS_OF_MODULE = 10
const OURS = 'MultiPoolManager'
const PEER = 'one pg-pool for each'

/** Every module does all that it may at once, which is more than the server has connections for. */
export const poolMany: BenchCase = {
  name: 'pool-many',
  title: `${MODULES} modules of ${CONNECTIONS_OF_MODULE} connections, ${MODULES * CONNECTIONS_OF_MODULE} statements of 200 ms at once`,
  async run({ server }) {
    const connectionString = await server.createDatabase('bench_pool_many')
    const theirs = Array.from(
      { length: MODULES },
      () => new pg.Pool({ connectionString, max: CONNECTIONS_OF_MODULE }),
    )
    for (const pool of theirs) pool.on('error', () => {})
    const peer = await failures(theirs.map((pool) => new PostgresDialect({ pool })))
    await Promise.all(theirs.map((pool) => pool.end()))

    const pools = new MultiPoolManager({
      connectionString,
      poolConfig: { max: CONNECTIONS_OF_MODULE },
    })
    const ours = await failures(
      Array.from(
        { length: MODULES },
        (_, index) => new PlataformaDialect({ sessions: pools.sessionsOf(`m${index}`) }),
      ),
    )
    const { places } = pools.getBudget()
    await pools.close()
    return [
      {
        what: `${OURS}: statements that fail`,
        against: `${PEER}: ${peer.failed}`,
        spread: spreadOf([ours.failed]),
        unit: '×',
        aim: { atMost: 0 },
        note: `budget ${places}; ${ours.tookMs.toFixed(0)} ms in all, ${PEER} ${peer.tookMs.toFixed(0)} ms`,
      },
    ]
  },
}

async function failures(dialects: readonly Dialect[]) {
  const handles = dialects.map((dialect) => new Kysely<unknown>({ dialect }))
  const began = performance.now()
  const ends = await Promise.allSettled(
    handles.flatMap((db) =>
      Array.from({ length: CONNECTIONS_OF_MODULE }, () => sql`select pg_sleep(0.2)`.execute(db)),
    ),
  )
  return {
    failed: ends.filter(({ status }) => status === 'rejected').length,
    tookMs: performance.now() - began,
  }
}
