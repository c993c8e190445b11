import { defineModule } from '../model/module-definition.js'
import { money } from '../world/money.js'

const CHANNELS = [
  { nome: 'Mercado Livre', comissao: '0.1600' },
  { nome: 'Amazon', comissao: '0.1500' },
  { nome: 'Magalu', comissao: '0.1400' },
  { nome: 'Shopee', comissao: '0.1800' },
]

export const marketplace = defineModule<'marketplace'>({
  name: 'marketplace',
  rows: ({ customers, random, scaled, skus, today, nextNumber }) => {
    const channels = CHANNELS.map((channel) => ({ ...channel, id: random.uuid(today) }))
    return {
      canais: channels,
      anuncios: channels.flatMap(({ id: canal_id }) =>
        random.sample(skus, scaled(40)).map((sku) => ({
          canal_id,
          sku_id: sku.id,
          preco: money(sku.cents * 1.15),
          status: random.pick(['ativo', 'ativo', 'ativo', 'pausado', 'sem estoque'] as const),
        })),
      ),
      pedidos_canal: Array.from({ length: scaled(60) }, () => ({
        canal_id: random.pick(channels).id,
        codigo_externo: `MKT-${String(nextNumber('pedido de canal')).padStart(8, '0')}`,
        carga: {
          comprador: random.pick(customers).name,
          itens: random.integer(1, 4),
          total: random.integer(2_990, 99_990) / 100,
        },
        created_at: random.daysBefore(today, 60),
      })),
    }
  },

  operations: [
    {
      name: 'take over an order of a channel',
      weight: 2,
      run: async ({ modules: { marketplace }, world: { random, customers, nextNumber } }) => {
        const [channel] = await marketplace.select('canais', { columns: ['id'], limit: 1 })
        if (!channel) throw new Error('The company sells on no channel.')
        await marketplace.insert(
          'pedidos_canal',
          [
            {
              canal_id: channel.id,
              codigo_externo: `MKT-${String(nextNumber('pedido de canal')).padStart(8, '0')}`,
              carga: { comprador: random.pick(customers).name, itens: 1, total: 99.9 },
            },
          ],
          { returning: false },
        )
      },
    },
    {
      name: 'raise the prices of a channel',
      weight: 1,
      run: async ({ modules: { marketplace }, world: { random, skus } }) => {
        const sku = random.pick(skus)
        await marketplace.update(
          'anuncios',
          { preco: money(sku.cents * 1.2), status: 'ativo' },
          { where: { sku_id: sku.id, status: { $ne: 'sem estoque' } } },
        )
      },
    },
    {
      name: 'find large orders in the payload',
      weight: 1,
      run: async ({ modules: { marketplace } }) => {
        await marketplace.query(
          `select codigo_externo, carga->>'comprador' as comprador
           from pedidos_canal
           where (carga->>'total')::numeric > $1
           order by created_at desc
           limit 10`,
          [500],
        )
      },
    },
  ],
})
