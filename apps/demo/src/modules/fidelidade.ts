import { defineModule } from '../model/module-definition.js'

const LEVELS = [
  { nome: 'Bronze', pontos_minimos: 0 },
  { nome: 'Prata', pontos_minimos: 500 },
  { nome: 'Ouro', pontos_minimos: 2000 },
  { nome: 'Diamante', pontos_minimos: 6000 },
]

export const fidelidade = defineModule<'fidelidade'>({
  name: 'fidelidade',
  rows: ({ customers, orders, random, today }) => {
    const levels = LEVELS.map((level) => ({ ...level, id: random.uuid(today) }))
    const members = new Map(
      customers
        .filter(() => random.chance(0.7))
        .map((customer) => [customer.id, { id: random.uuid(customer.since), customer, points: 0 }]),
    )
    const lancamentos = orders.flatMap(({ customer, cents, placedAt }) => {
      const member = members.get(customer.id)
      const pontos = Math.floor(cents / 1000)
      if (!member || pontos === 0) return []
      member.points += pontos
      return [{ conta_id: member.id, motivo: 'compra' as const, pontos, created_at: placedAt }]
    })
    return {
      niveis: levels,
      contas: [...members.values()].map(({ id, customer, points }) => ({
        id,
        nivel_id: levels.findLast((level) => points >= level.pontos_minimos)?.id ?? '',
        cliente_id: customer.id,
        saldo: points,
        created_at: customer.since,
      })),
      lancamentos,
    }
  },

  operations: [
    {
      name: 'show the points of a customer',
      weight: 3,
      run: async ({ modules: { fidelidade }, world: { random, customers } }) => {
        await fidelidade.db
          .selectFrom('contas')
          .innerJoin('niveis', 'niveis.id', 'contas.nivel_id')
          .select(['contas.saldo', 'niveis.nome as nivel'])
          .where('contas.cliente_id', '=', random.pickPopular(customers).id)
          .execute()
      },
    },
    {
      name: 'credit bonus points',
      weight: 2,
      run: async ({ modules: { fidelidade }, world: { random, customers } }) => {
        const pontos = random.pick([10, 50, 100])
        await fidelidade.transaction(async (tx) => {
          const [account] = await tx.query<{ id: string }>(
            'update contas set saldo = saldo + $2 where cliente_id = $1 returning id',
            [random.pick(customers).id, pontos],
          )
          if (!account) return
          await tx.insert('lancamentos', [{ conta_id: account.id, motivo: 'bonus', pontos }])
        })
      },
    },
    {
      name: 'count the members near the next level',
      weight: 1,
      run: async ({ modules: { fidelidade } }) => {
        await fidelidade.count('contas', { where: { saldo: { $between: [400, 499] } } })
      },
    },
  ],
})
