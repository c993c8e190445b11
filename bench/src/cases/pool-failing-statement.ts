import { Pool } from '@plataforma/pool'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'

const PG_POOL = 'pg-pool'
const POOL = 'Pool'
const CLIENT = 'client.query'
const DUPLICATE = 'insert into single values (1)'

/** A statement that fails, such as a duplicate key: a connection need not be lost for that. */
export const poolFailingStatement: BenchCase = {
  name: 'pool-failing-statement',
  title: 'A statement that fails, through pool.query',
  async run({ server }) {
    const connectionString = await server.createDatabase('bench_pool_failing')
    const client = new pg.Client(connectionString)
    await client.connect()
    await client.query('create table single (id int primary key); insert into single values (1)')
    const theirs = new pg.Pool({ connectionString })
    const ours = new Pool({ connectionString })
    const competitors = [fails(CLIENT, client), fails(PG_POOL, theirs), fails(POOL, ours)]
    const times = await interleave(competitors, { rounds: 21, sliceMs: 50, warmUpMs: 100 })
    await Promise.all([client.end(), theirs.end(), ours.end()])
    const median = (name: string) => spreadOf(times.get(name) ?? []).median.toFixed(2)
    const note = `${median(POOL)} ms; ${CLIENT} ${median(CLIENT)} ms, ${PG_POOL} ${median(PG_POOL)} ms`
    return [
      {
        what: POOL,
        against: CLIENT,
        spread: spreadOf(ratios(times, POOL, CLIENT)),
        unit: '×',
        aim: { atMost: 1.1 },
        note,
      },
      { what: POOL, against: PG_POOL, spread: spreadOf(ratios(times, POOL, PG_POOL)), unit: '×' },
    ]
  },
}

function fails(name: string, on: { query(text: string): Promise<unknown> }): Competitor {
  return { name, run: () => on.query(DUPLICATE).catch(() => {}) }
}
