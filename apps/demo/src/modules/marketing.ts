import { amount, choice, foreignId, partOf, reference } from '../model/columns.js'
import { defineModule } from '../model/module-definition.js'
import type { Row } from '../model/row.js'
import { table } from '../model/table-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

export interface MarketingTables {
  segmentos: Segmento
  campanhas: Campanha
  envios: Envio
}

interface Segmento extends Row {
  nome: string
  criterios: { uf?: string; minimo_pedidos?: number }
}

interface Campanha extends Row {
  segmento_id: string
  nome: string
  canal: 'email' | 'sms' | 'push' | 'whatsapp'
  verba: string
  inicio: string
  fim: string
}

interface Envio extends Row {
  campanha_id: string
  cliente_id: string
  aberto: boolean
  clicado: boolean
}

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
  tables: {
    segmentos: table([
      { name: 'nome', type: 'VARCHAR(80)', nullable: false, unique: true },
      { name: 'criterios', type: 'JSONB', nullable: false },
    ]),
    campanhas: table(
      [
        reference('segmentos', 'segmento_id'),
        { name: 'nome', type: 'VARCHAR(120)', nullable: false, unique: true },
        choice('canal', CHANNELS),
        amount('verba'),
        { name: 'inicio', type: 'DATE', nullable: false },
        { name: 'fim', type: 'DATE', nullable: false },
      ],
      { checks: ['fim >= inicio'] },
    ),
    envios: table(
      [
        partOf('campanhas', 'campanha_id'),
        foreignId('cliente_id'),
        { name: 'aberto', type: 'BOOLEAN', nullable: false },
        { name: 'clicado', type: 'BOOLEAN', nullable: false },
      ],
      // Who clicks has opened; and nobody gets the same campaign twice.
      { checks: ['aberto or not clicado'], uniques: [['campanha_id', 'cliente_id']] },
    ),
  },

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
