import { defineModule } from '../model/module-definition.js'

const COMMENTS = [
  'Chegou antes do prazo e bem embalado.',
  'Produto ótimo, recomendo a todos.',
  'A cor é diferente da foto.',
  'Bom custo-benefício.',
  'Veio com um risco, mas o atendimento resolveu.',
  'Esperava mais pelo preço.',
]

export const avaliacoes = defineModule<'avaliacoes'>({
  name: 'avaliacoes',
  rows: ({ customers, products, random, today }) => {
    const reviews = products.flatMap((product) =>
      random.sample(customers, random.integer(0, 4)).map((customer) => {
        const created_at = random.daysBefore(today, 200)
        return {
          id: random.uuid(created_at),
          produto_id: product.id,
          cliente_id: customer.id,
          nota: random.pick([1, 2, 3, 4, 4, 5, 5, 5]),
          comentario: random.chance(0.6) ? random.pick(COMMENTS) : null,
          created_at,
        }
      }),
    )
    return {
      avaliacoes: reviews,
      respostas: reviews
        .filter((review) => review.nota <= 2)
        .map(({ id }) => ({ avaliacao_id: id, texto: 'Lamentamos! Escreva para a nossa equipe.' })),
      votos: reviews.flatMap(({ id, created_at }) =>
        random.sample(customers, random.integer(0, 2)).map((customer) => ({
          avaliacao_id: id,
          cliente_id: customer.id,
          util: random.chance(0.8),
          created_at: random.between(created_at, today),
        })),
      ),
    }
  },

  operations: [
    {
      name: 'read the reviews of a product',
      weight: 4,
      run: async ({ modules: { avaliacoes }, world: { random, products } }) => {
        await avaliacoes.select('avaliacoes', {
          columns: ['nota', 'comentario', 'created_at'],
          where: { produto_id: random.pickPopular(products).id, comentario: { $ne: null } },
          orderBy: [{ column: 'created_at', direction: 'DESC' }],
          limit: 10,
        })
      },
    },
    {
      name: 'review a product, or change the review',
      weight: 2,
      run: async ({ modules: { avaliacoes }, world: { random, products, customers } }) => {
        await avaliacoes.upsert(
          'avaliacoes',
          [
            {
              produto_id: random.pick(products).id,
              cliente_id: random.pick(customers).id,
              nota: random.integer(1, 5),
              comentario: random.pick(COMMENTS),
            },
          ],
          { conflict: ['produto_id', 'cliente_id'], returning: ['id'] },
        )
      },
    },
  ],
})
