import { defineModule } from '../model/module-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

const SEGMENTS = [
  { nome: 'Clientes fiéis', criterios: { minimo_pedidos: 5 } },
  { nome: 'Primeira compra', criterios: { minimo_pedidos: 1 } },
  { nome: 'Paulistas', criterios: { uf: 'SP' } },
  { nome: 'Inativos há seis meses', criterios: {} },
]
const OCCASIONS = ['Dia das Mães', 'Black Friday', 'Natal', 'Volta às aulas', 'Carnaval', 'Queima']
const CHANNELS = ['email', 'sms', 'push', 'whatsapp'] as const

export const marketing = defineModule<'marketing'>({
  name: 'marketing',
  rows: ({ customers, random, scaled, today }) => {
    const segments = SEGMENTS.map((segment) => ({ ...segment, id: random.uuid(today) }))
    const campaigns = OCCASIONS.map((occasion) => {
      const start = random.daysBefore(today, 300)
      return {
        id: random.uuid(start),
        segmento_id: random.pick(segments).id,
        nome: `${occasion} ${start.getUTCFullYear()}`,
        canal: random.pick(CHANNELS),
        verba: money(random.integer(100_000, 3_000_000)),
        inicio: isoDate(start),
        fim: isoDate(random.daysAfter(start, 20)),
        created_at: start,
      }
    })
    return {
      segmentos: segments,
      campanhas: campaigns,
      envios: campaigns.flatMap(({ id, created_at }) =>
        random.sample(customers, scaled(40)).map((customer) => {
          const aberto = random.chance(0.35)
          const clicado = aberto && random.chance(0.2)
          return { campanha_id: id, cliente_id: customer.id, aberto, clicado, created_at }
        }),
      ),
    }
  },

  operations: [
    {
      name: 'measure the campaigns',
      weight: 1,
      run: async ({ modules: { marketing } }) => {
        await marketing.query(`
          select c.nome, count(*)::int as envios,
            round(100.0 * count(*) filter (where e.aberto) / count(*), 1) as abertura
          from campanhas c join envios e on e.campanha_id = c.id
          group by c.nome
          order by abertura desc`)
      },
    },
    {
      name: 'record an opened message',
      weight: 3,
      run: async ({ modules: { marketing }, world: { random, customers } }) => {
        await marketing.update(
          'envios',
          { aberto: true },
          { where: { cliente_id: random.pick(customers).id, aberto: false } },
        )
      },
    },
  ],
})
