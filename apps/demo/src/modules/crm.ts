import { defineModule } from '../model/module-definition.js'
import { money } from '../world/money.js'
import { slug } from '../world/slug.js'

const SOURCES = ['site', 'indicacao', 'evento', 'anuncio'] as const
const STAGES = ['qualificacao', 'proposta', 'negociacao', 'ganha', 'perdida'] as const
const CHANNELS = ['email', 'telefone', 'whatsapp', 'visita'] as const
const NOTES = [
  'Pediu uma nova proposta com frete incluso.',
  'Quer falar com a diretoria antes de fechar.',
  'Achou o prazo de entrega longo.',
  'Gostou da demonstração, retorno na próxima semana.',
  'Comparou com o concorrente e pediu desconto.',
]

export const crm = defineModule<'crm'>({
  name: 'crm',
  rows: ({ random, scaled, today, vocabulary }) => {
    const leads = Array.from({ length: scaled(70) }, (_, place) => {
      const created_at = random.daysBefore(today, 180)
      const nome = `${random.pick(vocabulary.firstNames)} ${random.pick(vocabulary.lastNames)}`
      return {
        id: random.uuid(created_at),
        nome,
        empresa: random.pick(vocabulary.companies),
        email: `${slug(nome)}.${place + 1}@contato.exemplo`,
        origem: random.pick(SOURCES),
        created_at,
      }
    })
    return {
      leads,
      oportunidades: leads
        .filter(() => random.chance(0.6))
        .map(({ id, empresa, created_at }) => ({
          lead_id: id,
          titulo: `Fornecimento para ${empresa}`,
          etapa: random.pick(STAGES),
          valor: money(random.integer(50_000, 5_000_000)),
          created_at,
        })),
      interacoes: leads.flatMap(({ id, created_at }) =>
        Array.from({ length: random.integer(1, 4) }, () => ({
          lead_id: id,
          canal: random.pick(CHANNELS),
          anotacao: random.pick(NOTES),
          created_at: random.between(created_at, today),
        })),
      ),
    }
  },

  operations: [
    {
      name: 'show the sales funnel',
      weight: 1,
      run: async ({ modules: { crm } }) => {
        await crm.db
          .selectFrom('oportunidades')
          .select(({ fn }) => ['etapa', fn.countAll().as('quantas'), fn.sum('valor').as('valor')])
          .groupBy('etapa')
          .execute()
      },
    },
    {
      name: 'note a conversation',
      weight: 2,
      run: async ({ modules: { crm }, world: { random } }) => {
        const origem = random.pick(SOURCES)
        const [lead] = await crm.select('leads', {
          columns: ['id'],
          where: { origem },
          orderBy: [{ column: 'created_at', direction: 'DESC' }],
          limit: 1,
        })
        if (!lead) return
        const canal = random.pick(CHANNELS)
        await crm.insert('interacoes', [{ lead_id: lead.id, canal, anotacao: random.pick(NOTES) }])
      },
    },
  ],
})
