import { defineModule } from '../model/module-definition.js'
import { money } from '../world/money.js'

const MEANS = [
  { nome: 'Pix', taxa: '0.0099', instalments: 1 },
  { nome: 'Cartão de crédito', taxa: '0.0399', instalments: 12 },
  { nome: 'Boleto', taxa: '0.0150', instalments: 1 },
  { nome: 'Cartão de débito', taxa: '0.0199', instalments: 1 },
]

export const pagamentos = defineModule<'pagamentos'>({
  name: 'pagamentos',
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
