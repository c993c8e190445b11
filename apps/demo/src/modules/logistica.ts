import { amount, choice, foreignId, partOf, reference, text } from '../model/columns.js'
import { defineModule } from '../model/module-definition.js'
import type { Row } from '../model/row.js'
import { table } from '../model/table-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

export interface LogisticaTables {
  transportadoras: Transportadora
  entregas: Entrega
  rastreios: Rastreio
}

interface Transportadora extends Row {
  nome: string
  prazo_dias: number
}

interface Entrega extends Row {
  transportadora_id: string
  pedido_id: string
  codigo: string
  frete: string
  prevista_para: string
}

interface Rastreio extends Row {
  entrega_id: string
  situacao: 'postado' | 'em transito' | 'saiu' | 'entregue' | 'ausente'
  cidade: string
}

const CARRIERS = ['Correios SEDEX', 'Correios PAC', 'Jadlog', 'Loggi', 'Total Express']

export const logistica = defineModule<'logistica'>({
  name: 'logistica',
  tables: {
    transportadoras: table([
      { name: 'nome', type: 'VARCHAR(80)', nullable: false, unique: true },
      { name: 'prazo_dias', type: 'SMALLINT', nullable: false, check: 'prazo_dias > 0' },
    ]),
    entregas: table(
      [
        reference('transportadoras', 'transportadora_id'),
        foreignId('pedido_id'),
        { name: 'codigo', type: 'CHAR(13)', nullable: false, unique: true },
        amount('frete'),
        { name: 'prevista_para', type: 'DATE', nullable: false },
      ],
      { indexes: [['pedido_id'], ['prevista_para']] },
    ),
    rastreios: table(
      [
        partOf('entregas', 'entrega_id'),
        choice('situacao', ['postado', 'em transito', 'saiu', 'entregue', 'ausente']),
        text('cidade', 80),
      ],
      { indexes: [['entrega_id', 'created_at']] },
    ),
  },

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
