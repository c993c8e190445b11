import { defineModule } from '../model/module-definition.js'
import { isoDate } from '../world/iso-date.js'
import { money } from '../world/money.js'

const WORDS = ['BEMVINDO', 'VOLTA', 'FRETE', 'AMIGO', 'NATAL', 'JUNINA', 'ANIVERSARIO', 'RELAMPAGO']
const KINDS = ['percentual', 'fixo', 'frete'] as const

export const promocoes = defineModule<'promocoes'>({
  name: 'promocoes',
  rows: ({ orders, products, random, today }) => {
    const coupons = WORDS.map((word) => ({
      id: random.uuid(today),
      codigo: `${word}${random.pick([5, 10, 15, 20])}`,
      tipo: random.pick(KINDS),
      valor: money(random.pick([500, 1000, 1500, 2000])),
      valido_ate: isoDate(random.daysAfter(today, 60)),
    }))
    const categories = [...new Set(products.map((product) => product.category))]
    return {
      cupons: coupons,
      regras: coupons.flatMap(({ id }) =>
        random.sample(categories, 2).map((categoria) => ({
          cupom_id: id,
          categoria,
          pedido_minimo: money(random.pick([0, 5_000, 10_000, 20_000])),
        })),
      ),
      resgates: orders
        .filter(() => random.chance(0.25))
        .map((order) => ({
          cupom_id: random.pickPopular(coupons).id,
          pedido_id: order.id,
          desconto: money(order.cents * 0.1),
          created_at: order.placedAt,
        })),
    }
  },

  operations: [
    {
      name: 'check a coupon',
      weight: 4,
      run: async ({ modules: { promocoes }, world: { random } }) => {
        await promocoes.select('cupons', {
          where: {
            codigo: { $like: `${random.pick(WORDS)}%` },
            valido_ate: { $gte: isoDate(new Date()) },
          },
        })
      },
    },
    {
      name: 'redeem a coupon',
      weight: 2,
      run: async ({ modules: { promocoes }, world: { random, orders } }) => {
        const [coupon] = await promocoes.select('cupons', { columns: ['id'], limit: 1 })
        if (!coupon) throw new Error('The company has no coupon.')
        const { id: pedido_id, cents } = random.pick(orders)
        await promocoes.upsert(
          'resgates',
          [{ cupom_id: coupon.id, pedido_id, desconto: money(cents * 0.05) }],
          { conflict: ['pedido_id'], returning: false },
        )
      },
    },
  ],
})
