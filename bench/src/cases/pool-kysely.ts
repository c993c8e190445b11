import { PlataformaDialect } from '@plataforma/core'
import { MultiPoolManager } from '@plataforma/pool'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import { type Cliente, createClientsTable, keyOf } from '../setting/clients-table.js'

interface Tables {
  plain_clientes: Cliente
}

const CALLERS = 50
const CONNECTIONS = 10
const OURS = 'Kysely on PlataformaDialect and MultiPoolManager'
const PEER = 'Kysely on PostgresDialect and pg-pool'

/** Fifty callers who read by key, one statement after the other, on ten connections. */
export const poolKysely: BenchCase = {
  name: 'pool-kysely',
  title: `Kysely: ${CALLERS} callers on ${CONNECTIONS} connections`,
  async run({ server }) {
    await using table = await createClientsTable(server, 'pool_kysely')
    const { connectionString } = table.platform
    const pools = new MultiPoolManager({
      connectionString,
      budget: CONNECTIONS,
      modules: { vendas: { max: CONNECTIONS, min: CONNECTIONS } },
    })
    const ours = new Kysely<Tables>({
      dialect: new PlataformaDialect({ sessions: pools.sessionsOf('vendas') }),
    })
    const peer = new Kysely<Tables>({
      dialect: new PostgresDialect({
        pool: new pg.Pool({ connectionString, max: CONNECTIONS, min: CONNECTIONS }),
      }),
    })
    try {
      const times = await interleave(
        [callers(PEER, peer, table.tenantId), callers(OURS, ours, table.tenantId)],
        { rounds: 31, sliceMs: 120 },
      )
      const perSecond = (name: string) =>
        Math.round((CALLERS * 1_000) / spreadOf(times.get(name) ?? []).median)
      return [
        {
          what: `${OURS}: times the throughput`,
          against: PEER,
          spread: spreadOf(ratios(times, PEER, OURS)),
          unit: '×',
          aim: { atLeast: 1.2 },
          note: `${perSecond(OURS)} against ${perSecond(PEER)} statements a second`,
        },
      ]
    } finally {
      await ours.destroy()
      await pools.close()
      await peer.destroy()
    }
  },
}

/** A call is a round of all callers. */
function callers(name: string, db: Kysely<Tables>, tenantId: string): Competitor {
  const read = (call: number) =>
    db
      .selectFrom('plain_clientes')
      .select(['id', 'nome', 'email'])
      .where('organization_id', '=', tenantId)
      .where('id', '=', keyOf(call))
      .execute()
  return {
    name,
    run: (round) =>
      Promise.all(Array.from({ length: CALLERS }, (_, caller) => read(round * CALLERS + caller))),
  }
}
