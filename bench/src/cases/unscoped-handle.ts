import { PlataformaDialect } from '@plataforma/core'
import { type Dialect, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import { type Cliente, createClientsTable, keyOf } from '../setting/clients-table.js'

interface Tables {
  plain_clientes: Cliente
}

const PEER = 'Kysely on PostgresDialect'
const OURS = 'Kysely on PlataformaDialect'

/** Kysely on a pool of one connection, without modules: our dialect against its own. */
export const unscopedHandle: BenchCase = {
  name: 'unscoped-handle',
  title: 'Kysely on our dialect, unscoped, pool of one',
  async run({ server }) {
    await using table = await createClientsTable(server, 'unscoped_handle')
    const pool = () => new pg.Pool({ connectionString: table.platform.connectionString, max: 1 })
    const ours = handle(new PlataformaDialect({ pool: pool() }))
    const peer = handle(new PostgresDialect({ pool: pool() }))
    try {
      const times = await interleave(
        [reads(PEER, peer, table.tenantId), reads(OURS, ours, table.tenantId)],
        { rounds: 41, sliceMs: 60 },
      )
      const microseconds = (name: string) =>
        (spreadOf(times.get(name) ?? []).median * 1_000).toFixed(0)
      return [
        {
          what: `${OURS}: times faster`,
          against: PEER,
          spread: spreadOf(ratios(times, PEER, OURS)),
          unit: '×',
          aim: { atLeast: 1.2 },
          note: `${microseconds(OURS)} µs against ${microseconds(PEER)} µs`,
        },
      ]
    } finally {
      await ours.destroy()
      await peer.destroy()
    }
  },
}

function handle(dialect: Dialect): Kysely<Tables> {
  return new Kysely<Tables>({ dialect })
}

function reads(name: string, db: Kysely<Tables>, tenantId: string): Competitor {
  return {
    name,
    run: (call) =>
      db
        .selectFrom('plain_clientes')
        .select(['id', 'nome', 'email'])
        .where('organization_id', '=', tenantId)
        .where('id', '=', keyOf(call))
        .execute(),
  }
}
