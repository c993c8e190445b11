import type { BenchCase } from '../bench-case.js'
import { type Competitor, interleave, ratios } from '../measure/interleave.js'
import { spreadOf } from '../measure/spread.js'
import { type ClientsTable, createClientsTable, keyOf } from '../setting/clients-table.js'

const PEER = 'the same in Kysely on vendas.db'
const OURS = 'vendas.select with filters'

/** A verb's checks and its own way to SQL, against Kysely on the same handle. */
export const selectWithFilters: BenchCase = {
  name: 'select-with-filters',
  title: 'vendas.select with filters',
  async run({ server }) {
    await using table = await createClientsTable(server, 'select_with_filters')
    const competitors = [written(table), selected(table)]
    const times = await table.platform.database.withContext(
      { tenantId: table.tenantId },
      async () => {
        await assertEqual(competitors)
        return await interleave(competitors, { rounds: 41, sliceMs: 60 })
      },
    )
    const microseconds = (name: string) =>
      (spreadOf(times.get(name) ?? []).median * 1_000).toFixed(0)
    return [
      {
        what: OURS,
        against: PEER,
        spread: spreadOf(ratios(times, OURS, PEER)),
        unit: '×',
        aim: { atMost: 1.15 },
        note: `${microseconds(OURS)} µs against ${microseconds(PEER)} µs`,
      },
    ]
  },
}

function selected({ vendas }: ClientsTable): Competitor {
  return {
    name: OURS,
    run: (call) =>
      vendas.select('clientes', {
        columns: ['id', 'nome', 'uf', 'pontos'],
        where: {
          id: { $between: [keyOf(call), String(Number(keyOf(call)) + 30)] },
          ativo: true,
          uf: { $in: ['SP', 'RJ', 'MG'] },
          $or: [{ pontos: { $gte: 500 } }, { nome: { $like: 'Cliente%' } }],
        },
        orderBy: [{ column: 'id', direction: 'desc' }],
        limit: 5,
      }),
  }
}

function written({ vendas }: ClientsTable): Competitor {
  return {
    name: PEER,
    run: (call) =>
      vendas.db
        .selectFrom('clientes')
        .select(['id', 'nome', 'uf', 'pontos'])
        .where((eb) => eb.between('id', keyOf(call), String(Number(keyOf(call)) + 30)))
        .where('ativo', '=', true)
        .where('uf', 'in', ['SP', 'RJ', 'MG'])
        .where((eb) => eb.or([eb('pontos', '>=', 500), eb('nome', 'like', 'Cliente%')]))
        .orderBy('id', 'desc')
        .limit(5)
        .execute(),
  }
}

async function assertEqual(competitors: readonly Competitor[]): Promise<void> {
  const answers = await Promise.all(competitors.map((each) => each.run(3)))
  const [first, ...others] = answers.map((answer) => JSON.stringify(answer))
  if (first === '[]' || others.some((other) => other !== first)) {
    throw new Error('the two ways do not read the same rows')
  }
}
