import { defineModule } from '../model/module-definition.js'

const SOURCES = ['Busca', 'Instagram', 'E-mail', 'Direto', 'Anúncio']
const DEVICES = ['celular', 'computador', 'tablet'] as const
const KINDS = ['visita', 'visita', 'visita', 'carrinho', 'compra'] as const

export const navegacao = defineModule<'navegacao'>({
  name: 'navegacao',
  rows: ({ products, random, scaled, today }) => {
    const sources = SOURCES.map((nome) => ({ id: random.uuid(today), nome }))
    const visits = Array.from({ length: scaled(250) }, () => {
      const created_at = random.daysBefore(today, 30)
      return {
        id: random.uuid(created_at),
        origem_id: random.pickPopular(sources).id,
        dispositivo: random.pickPopular(DEVICES),
        ip: `203.0.113.${random.integer(1, 254)}`,
        created_at,
      }
    })
    return {
      origens: sources,
      sessoes: visits,
      eventos: visits.flatMap(({ id, created_at }) =>
        Array.from({ length: random.integer(1, 6) }, (_, place) => ({
          sessao_id: id,
          produto_id: random.pickPopular(products).id,
          tipo: random.pick(KINDS),
          detalhes: { segundos: random.integer(2, 240) },
          created_at: new Date(created_at.getTime() + place * 45_000),
        })),
      ),
    }
  },

  operations: [
    {
      name: 'record a visit',
      weight: 5,
      run: async ({ modules: { navegacao }, world: { random, products } }) => {
        const [source] = await navegacao.select('origens', {
          columns: ['id'],
          where: { nome: random.pickPopular(SOURCES) },
        })
        if (!source) throw new Error('The company has no such source of visits.')
        await navegacao.transaction(async (tx) => {
          const [visit] = await tx.insert(
            'sessoes',
            [{ origem_id: source.id, dispositivo: 'celular', ip: '203.0.113.7' }],
            { returning: ['id'] },
          )
          if (!visit) throw new Error('The visit was not returned.')
          await tx.insert(
            'eventos',
            random.sample(products, 3).map((product) => ({
              sessao_id: visit.id,
              produto_id: product.id,
              tipo: 'visita' as const,
              detalhes: { segundos: random.integer(2, 60) },
            })),
            { returning: false },
          )
        })
      },
    },
    {
      name: 'measure the conversion',
      weight: 1,
      run: async ({ modules: { navegacao } }) => {
        await navegacao.query(`
          select o.nome, count(distinct s.id)::int as visitas,
            count(*) filter (where e.tipo = 'compra')::int as compras
          from origens o
          join sessoes s on s.origem_id = o.id
          join eventos e on e.sessao_id = s.id
          group by o.nome
          order by compras desc`)
      },
    },
  ],
})
