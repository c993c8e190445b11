import { amount, choice, foreignId, reference, text } from '../model/columns.js'
import { defineModule } from '../model/module-definition.js'
import type { Row } from '../model/row.js'
import { table } from '../model/table-definition.js'
import { money } from '../world/money.js'

export interface PagamentosTables {
  meios: Meio
  transacoes: Transacao
  estornos: Estorno
}

interface Meio extends Row {
  nome: string
  taxa: string
}

interface Transacao extends Row {
  meio_id: string
  pedido_id: string
  valor: string
  parcelas: number
  status: 'aprovada' | 'recusada' | 'pendente'
  nsu: string
}

interface Estorno extends Row {
  transacao_id: string
  valor: string
  motivo: string
}

const MEANS = [
  { nome: 'Pix', taxa: '0.0099', instalments: 1 },
  { nome: 'Cartão de crédito', taxa: '0.0399', instalments: 12 },
  { nome: 'Boleto', taxa: '0.0150', instalments: 1 },
  { nome: 'Cartão de débito', taxa: '0.0199', instalments: 1 },
]

export const pagamentos = defineModule<'pagamentos'>({
  name: 'pagamentos',
  tables: {
    meios: table([
      { name: 'nome', type: 'VARCHAR(40)', nullable: false, unique: true },
      { name: 'taxa', type: 'NUMERIC(6,4)', nullable: false, check: 'taxa between 0 and 1' },
    ]),
    transacoes: table(
      [
        reference('meios', 'meio_id'),
        foreignId('pedido_id'),
        amount('valor'),
        { name: 'parcelas', type: 'SMALLINT', nullable: false, check: 'parcelas between 1 and 24' },
        choice('status', ['aprovada', 'recusada', 'pendente']),
        { name: 'nsu', type: 'VARCHAR(20)', nullable: false, unique: true },
      ],
      { indexes: [['pedido_id'], ['status', 'created_at']] },
    ),
    estornos: table([reference('transacoes', 'transacao_id'), amount('valor'), text('motivo')], {
      indexes: [['transacao_id']],
    }),
  },

  rows: ({ orders, random, today, nextNumber }) => {
    const means = MEANS.map((mean) => ({ ...mean, id: random.uuid(today) }))
    const paid = orders.filter((order) => order.status !== 'aberto')
    const payments = paid.map((order) => {
      const mean = random.pickPopular(means)
      return {
        id: random.uuid(order.placedAt),
        meio_id: mean.id,
        pedido_id: order.id,
        valor: money(order.cents),
        parcelas: random.integer(1, mean.instalments),
        status: 'aprovada' as const,
        nsu: String(nextNumber('nsu')).padStart(12, '0'),
        created_at: order.placedAt,
      }
    })
    const cancelled = new Set(orders.filter((o) => o.status === 'cancelado').map((o) => o.id))
    return {
      meios: means.map(({ id, nome, taxa }) => ({ id, nome, taxa })),
      transacoes: payments,
      estornos: payments
        .filter((payment) => cancelled.has(payment.pedido_id))
        .map(({ id, valor }) => ({ transacao_id: id, valor, motivo: 'Pedido cancelado' })),
    }
  },

  operations: [
    {
      name: 'authorise a payment',
      weight: 4,
      run: async ({ modules: { pagamentos }, world: { random, orders, nextNumber } }) => {
        const [mean] = await pagamentos.select('meios', { columns: ['id'], where: { nome: 'Pix' } })
        if (!mean) throw new Error('The company does not take Pix.')
        const { id: pedido_id, cents } = random.pick(orders)
        await pagamentos.insert('transacoes', [
          {
            meio_id: mean.id,
            pedido_id,
            valor: money(cents),
            parcelas: 1,
            status: random.chance(0.9) ? 'aprovada' : 'recusada',
            nsu: String(nextNumber('nsu')).padStart(12, '0'),
          },
        ])
      },
    },
    {
      name: 'list the payments of an order',
      weight: 3,
      run: async ({ modules: { pagamentos }, world: { random, orders } }) => {
        await pagamentos.select('transacoes', {
          where: { pedido_id: random.pick(orders).id, status: { $ne: 'pendente' } },
        })
      },
    },
    {
      name: 'add up the fees by means of payment',
      weight: 1,
      run: async ({ modules: { pagamentos } }) => {
        await pagamentos.db
          .selectFrom('transacoes')
          .innerJoin('meios', 'meios.id', 'transacoes.meio_id')
          .select(({ fn, eb }) => [
            'meios.nome',
            fn.sum<string>(eb('transacoes.valor', '*', eb.ref('meios.taxa'))).as('taxas'),
          ])
          .where('transacoes.status', '=', 'aprovada')
          .groupBy('meios.nome')
          .execute()
      },
    },
  ],
})
