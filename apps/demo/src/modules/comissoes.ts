import { defineModule } from '../model/module-definition.js'
import { money } from '../world/money.js'

const MONTHS = 4

export const comissoes = defineModule<'comissoes'>({
  name: 'comissoes',
  rows: ({ employees, orders, random, today }) => {
    const sellers = employees.slice(0, Math.ceil(employees.length / 2)).map(({ id, name }) => ({
      id: random.uuid(today),
      funcionario_id: id,
      nome: name,
      percentual: money(random.integer(200, 800)),
    }))
    const months = Array.from({ length: MONTHS }, (_, back) =>
      new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - back, 1))
        .toISOString()
        .slice(0, 7),
    )
    return {
      vendedores: sellers,
      metas: sellers.flatMap(({ id }) =>
        months.map((competencia) => ({
          vendedor_id: id,
          competencia,
          valor: money(random.integer(20, 90) * 100_000),
        })),
      ),
      lancamentos: orders
        .filter(() => random.chance(0.7))
        .map((order) => ({
          vendedor_id: random.pick(sellers).id,
          pedido_id: order.id,
          valor: money(order.cents * 0.05),
          status: order.status === 'cancelado' ? ('estornado' as const) : ('previsto' as const),
          created_at: order.placedAt,
        })),
    }
  },

  operations: [
    {
      name: 'rank the sellers',
      weight: 1,
      run: async ({ modules: { comissoes } }) => {
        await comissoes.query(`
          select v.nome, sum(l.valor) as comissao,
            rank() over (order by sum(l.valor) desc)::int as posicao
          from vendedores v join lancamentos l on l.vendedor_id = v.id
          where l.status <> 'estornado'
          group by v.id, v.nome`)
      },
    },
    {
      name: 'pay a commission',
      weight: 2,
      run: async ({ modules: { comissoes }, world: { random, orders } }) => {
        const where = { pedido_id: random.pick(orders).id, status: 'previsto' } as const
        await comissoes.update('lancamentos', { status: 'pago' }, { where })
      },
    },
  ],
})
