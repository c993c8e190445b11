import type { Database, DatabasePlugin, ModuleDatabase } from '@plataforma/core'
import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import { createClientsTable, keyOf, type Vendas } from '../setting/clients-table.js'

const NONE = 'no interceptor'
const ONE = 'one interceptor that passes on'

const passesOn: DatabasePlugin<'passesOn', undefined> = {
  name: 'passesOn',
  async setup(host) {
    host.intercept((statement, next) => next(statement))
    return undefined
  },
}

/**
 * Without interceptors there is no code of theirs: a statement goes to the very function that
 * sends it. So none may not cost more than one that only passes on.
 */
export const interceptors: BenchCase = {
  name: 'interceptors',
  title: 'Interceptors',
  async run({ server }) {
    await using table = await createClientsTable(server, 'interceptors')
    const { database, open } = table.platform
    const intercepted = await open({ plugins: [passesOn] })
    const { tenantId } = table
    const competitors = [reads(ONE, intercepted, tenantId), reads(NONE, database, tenantId)]
    const times = await interleave(competitors, { rounds: 81, sliceMs: 40 })
    return [
      {
        what: NONE,
        against: ONE,
        spread: spreadOf(ratios(times, NONE, ONE)),
        unit: '×',
        aim: { atMost: 1.02 },
      },
    ]
  },
}

function reads(name: string, database: Database, tenantId: string): Competitor {
  const vendas = database.module('vendas') as unknown as ModuleDatabase<Vendas>
  return {
    name,
    run: (call) =>
      database.withContext({ tenantId }, () =>
        vendas.query('select id, nome from clientes where id = $1', [keyOf(call)]),
      ),
  }
}
