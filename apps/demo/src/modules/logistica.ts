import { defineModule } from '../model/module-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

const CARRIERS = ['Correios SEDEX', 'Correios PAC', 'Jadlog', 'Loggi', 'Total Express']

export const logistica = defineModule<'logistica'>({
  name: 'logistica',
  rows: ({ orders, random, tenant, today, nextNumber }) => {
    const carriers = CARRIERS.map((nome, place) => ({
      id: random.uuid(today),
      nome,
      prazo_dias: place + 2,
    }))
    const sent = orders.filter(({ status }) => status === 'enviado' || status === 'entregue')
    const deliveries = sent.map((order) => ({
      order,
      row: {
        id: random.uuid(order.placedAt),
        transportadora_id: random.pickPopular(carriers).id,
        pedido_id: order.id,
        codigo: `BR${String(nextNumber('entrega')).padStart(9, '0')}BR`,
        frete: money(random.integer(990, 6990)),
        prevista_para: isoDate(random.daysAfter(order.placedAt, 12)),
        created_at: order.placedAt,
      },
    }))
    return {
      transportadoras: carriers,
      entregas: deliveries.map(({ row }) => row),
      rastreios: deliveries.flatMap(({ order, row }) => {
        const posted = {
          entrega_id: row.id,
          situacao: 'postado' as const,
          cidade: tenant.city.name,
          created_at: order.placedAt,
        }
        const moving = { ...posted, situacao: 'em transito' as const }
        const arrived = {
          entrega_id: row.id,
          situacao: 'entregue' as const,
          cidade: order.customer.city.name,
          created_at: random.daysAfter(order.placedAt, 12),
        }
        return order.status === 'entregue' ? [posted, moving, arrived] : [posted, moving]
      }),
    }
  },

  operations: [
    {
      name: 'track a delivery',
      weight: 5,
      run: async ({ modules: { logistica }, world: { random, orders } }) => {
        await logistica.db
          .selectFrom('entregas')
          .innerJoin('rastreios', 'rastreios.entrega_id', 'entregas.id')
          .select(['entregas.codigo', 'rastreios.situacao', 'rastreios.cidade'])
          .where('entregas.pedido_id', '=', random.pick(orders).id)
          .orderBy('rastreios.created_at')
          .execute()
      },
    },
    {
      name: 'scan a parcel',
      weight: 3,
      run: async ({ modules: { logistica }, world: { random, orders } }) => {
        const { id, customer } = random.pick(orders)
        const [delivery] = await logistica.select('entregas', {
          columns: ['id'],
          where: { pedido_id: id },
        })
        if (!delivery) return
        const cidade = customer.city.name
        await logistica.insert('rastreios', [{ entrega_id: delivery.id, situacao: 'saiu', cidade }])
      },
    },
    {
      name: 'compare the carriers',
      weight: 1,
      run: async ({ modules: { logistica } }) => {
        await logistica.query(`
          select t.nome, count(*)::int as entregas, round(avg(e.frete), 2) as frete_medio
          from transportadoras t join entregas e on e.transportadora_id = t.id
          group by t.nome
          order by entregas desc`)
      },
    },
  ],
})
