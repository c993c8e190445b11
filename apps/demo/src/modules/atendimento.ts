import { defineModule } from '../model/module-definition.js'

const QUEUES = [
  { nome: 'Entregas', prazo_horas: 24 },
  { nome: 'Trocas', prazo_horas: 48 },
  { nome: 'Pagamentos', prazo_horas: 8 },
]
const SUBJECTS = [
  'Meu pedido não chegou',
  'Recebi a cor errada',
  'Boleto não compensou',
  'Quero trocar o tamanho',
  'Produto com defeito',
  'Como uso o cupom?',
]
const QUESTIONS = ['Podem verificar, por favor?', 'Ainda aguardo um retorno.', 'Segue a foto.']
const ANSWERS = ['Já estamos verificando.', 'O reenvio foi autorizado.', 'O estorno sai em 5 dias.']
const STATUSES = ['aberto', 'em atendimento', 'resolvido'] as const

export const atendimento = defineModule<'atendimento'>({
  name: 'atendimento',
  rows: ({ customers, random, scaled, today, nextNumber }) => {
    const queues = QUEUES.map((queue) => ({ ...queue, id: random.uuid(today) }))
    const tickets = Array.from({ length: scaled(80) }, () => {
      const created_at = random.daysBefore(today, 90)
      return {
        id: random.uuid(created_at),
        fila_id: random.pick(queues).id,
        cliente_id: random.pickPopular(customers).id,
        protocolo: nextNumber('chamado'),
        assunto: random.pick(SUBJECTS),
        prioridade: random.integer(1, 3),
        status: random.pick(STATUSES),
        created_at,
      }
    })
    return {
      filas: queues,
      chamados: tickets,
      mensagens: tickets.flatMap(({ id, created_at }) =>
        Array.from({ length: random.integer(1, 5) }, (_, place) => ({
          chamado_id: id,
          autor: place % 2 === 0 ? ('cliente' as const) : ('atendente' as const),
          texto: random.pick(place % 2 === 0 ? QUESTIONS : ANSWERS),
          created_at: new Date(created_at.getTime() + place * 3_600_000),
        })),
      ),
    }
  },

  operations: [
    {
      name: 'open a ticket',
      weight: 2,
      run: async ({ modules: { atendimento }, world: { random, customers, nextNumber } }) => {
        await atendimento.transaction(async (tx) => {
          const [queue] = await tx.select('filas', { columns: ['id'], where: { nome: 'Entregas' } })
          if (!queue) throw new Error('The company has no queue for deliveries.')
          const [ticket] = await tx.insert(
            'chamados',
            [
              {
                fila_id: queue.id,
                cliente_id: random.pick(customers).id,
                protocolo: nextNumber('chamado'),
                assunto: random.pick(SUBJECTS),
                prioridade: 2,
                status: 'aberto',
              },
            ],
            { returning: ['id'] },
          )
          if (!ticket) throw new Error('The ticket was not returned.')
          const texto = random.pick(QUESTIONS)
          await tx.insert('mensagens', [{ chamado_id: ticket.id, autor: 'cliente', texto }])
        })
      },
    },
    {
      name: 'take the most urgent ticket',
      weight: 2,
      run: async ({ modules: { atendimento } }) => {
        await atendimento.query(`
          update chamados set status = 'em atendimento'
          where id = (
            select id from chamados
            where status = 'aberto'
            order by prioridade, created_at
            limit 1
            for update skip locked)
          returning id, protocolo, assunto`)
      },
    },
    {
      name: 'list the tickets of a customer',
      weight: 3,
      run: async ({ modules: { atendimento }, world: { random, customers } }) => {
        await atendimento.select('chamados', {
          where: { cliente_id: random.pickPopular(customers).id, status: { $ne: 'resolvido' } },
          orderBy: [{ column: 'created_at', direction: 'DESC' }],
        })
      },
    },
  ],
})
