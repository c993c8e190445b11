import { defineModule } from '../model/module-definition.js'
import { cnpj } from '../world/documents.js'
import { money } from '../world/money.js'

export const compras = defineModule<'compras'>({
  name: 'compras',
  rows: ({ random, scaled, skus, today, nextNumber, vocabulary }) => {
    const suppliers = Array.from({ length: scaled(14) }, () => ({
      id: random.uuid(today),
      razao_social: `${random.pick(vocabulary.companies)} Ltda.`,
      cnpj: cnpj(random),
      prazo_dias: random.integer(3, 45),
    }))
    const orders = Array.from({ length: scaled(40) }, () => ({
      id: random.uuid(today),
      fornecedor_id: random.pick(suppliers).id,
      numero: nextNumber('ordem de compra'),
      status: random.pick(['rascunho', 'enviada', 'recebida', 'recebida'] as const),
      created_at: random.daysBefore(today, 120),
    }))
    return {
      fornecedores: suppliers,
      ordens_compra: orders,
      itens_ordem: orders.flatMap(({ id, created_at }) =>
        random.sample(skus, random.integer(2, 5)).map((sku) => ({
          ordem_id: id,
          sku_id: sku.id,
          quantidade: random.integer(10, 200),
          custo_unitario: money(sku.cents * 0.55),
          created_at,
        })),
      ),
    }
  },

  operations: [
    {
      name: 'draft a purchase order',
      weight: 1,
      run: async ({ modules: { compras }, world: { random, skus, nextNumber } }) => {
        await compras.transaction(async (tx) => {
          const [supplier] = await tx.select('fornecedores', { columns: ['id'], limit: 1 })
          if (!supplier) throw new Error('The company has no supplier.')
          const numero = nextNumber('ordem de compra')
          const [order] = await tx.insert('ordens_compra', [
            { fornecedor_id: supplier.id, numero, status: 'rascunho' },
          ])
          if (!order) throw new Error('The purchase order was not returned.')
          await tx.insert(
            'itens_ordem',
            random.sample(skus, 3).map((sku) => ({
              ordem_id: order.id,
              sku_id: sku.id,
              quantidade: random.integer(10, 100),
              custo_unitario: money(sku.cents * 0.5),
            })),
          )
        })
      },
    },
    {
      name: 'add up what suppliers deliver',
      weight: 1,
      run: async ({ modules: { compras } }) => {
        await compras.query(`
          select f.razao_social, sum(i.quantidade * i.custo_unitario) as total
          from fornecedores f
          join ordens_compra o on o.fornecedor_id = f.id
          join itens_ordem i on i.ordem_id = o.id
          where o.status = 'recebida'
          group by f.id, f.razao_social
          order by total desc
          limit 10`)
      },
    },
  ],
})
