import { defineModule } from '../model/module-definition.js'

const REASONS = [
  { descricao: 'Arrependimento em até sete dias', frete_gratis: true },
  { descricao: 'Defeito', frete_gratis: true },
  { descricao: 'Tamanho errado', frete_gratis: false },
  { descricao: 'Produto trocado', frete_gratis: true },
]
const STATUSES = ['solicitada', 'aprovada', 'recebida', 'negada'] as const

export const devolucoes = defineModule<'devolucoes'>({
  name: 'devolucoes',
  rows: ({ orders, random, today }) => {
    const reasons = REASONS.map((reason) => ({ ...reason, id: random.uuid(today) }))
    const returns = orders
      .filter((order) => order.status === 'entregue' && random.chance(0.12))
      .map((order) => ({
        order,
        row: {
          id: random.uuid(today),
          motivo_id: random.pick(reasons).id,
          pedido_id: order.id,
          status: random.pick(STATUSES),
          created_at: random.daysAfter(order.placedAt, 7),
        },
      }))
    return {
      motivos: reasons,
      solicitacoes: returns.map(({ row }) => row),
      itens_devolvidos: returns.flatMap(({ order, row }) =>
        order.lines.slice(0, random.integer(1, 2)).map(({ sku, quantity }) => ({
          solicitacao_id: row.id,
          sku_id: sku.id,
          quantidade: quantity,
          created_at: row.created_at,
        })),
      ),
    }
  },

  operations: [
    {
      name: 'decide on a return',
      weight: 1,
      run: async ({ modules: { devolucoes }, world: { random } }) => {
        const [request] = await devolucoes.select('solicitacoes', {
          columns: ['id'],
          where: { status: { $in: ['solicitada', 'aprovada'] } },
          limit: 1,
        })
        if (!request) return
        const status = random.pick(STATUSES)
        await devolucoes.update('solicitacoes', { status }, { where: { id: request.id } })
      },
    },
    {
      name: 'count the reasons for returns',
      weight: 1,
      run: async ({ modules: { devolucoes } }) => {
        await devolucoes.db
          .selectFrom('solicitacoes')
          .innerJoin('motivos', 'motivos.id', 'solicitacoes.motivo_id')
          .select(({ fn }) => ['motivos.descricao', fn.countAll().as('quantas')])
          .groupBy('motivos.descricao')
          .execute()
      },
    },
  ],
})
