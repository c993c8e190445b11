import { PlataformaError } from '@plataforma/database-system'
import { sql } from 'kysely'
import type { Scene } from '../../model/operation.js'
import { isoDate } from '../../world/iso-date.js'
import { money } from '../../world/money.js'

const DAYS_TO_PAY = 10
/** Retried where two orders got into each other's way all the same. */
const DEADLOCKS = { retries: 3 }

/**
 * One transaction over three modules: the order in `vendas`, the goods in `estoque`, the bill in
 * `financeiro`. An article that is sold out breaks the check of its balance, and all of it is undone.
 */
export async function placeOrder({ system, world }: Scene): Promise<'refused' | undefined> {
  const { random, warehouses, customers, skus } = world
  const warehouse = random.pickPopular(warehouses)
  // In one order everywhere, so that two orders never wait for each other in a circle.
  const articles = random.sample(skus, random.integer(1, 3))
  articles.sort((one, other) => (one.id < other.id ? -1 : 1))
  const lines = articles.map((sku) => ({ sku, quantity: random.integer(1, 3) }))
  const total = money(lines.reduce((sum, { sku, quantity }) => sum + sku.cents * quantity, 0))

  try {
    await system.transaction(async (tx) => {
      const vendas = tx.module('vendas')
      const estoque = tx.module('estoque')

      const [order] = await vendas.insert('pedidos', [
        {
          cliente_id: random.pickPopular(customers).id,
          numero: world.nextNumber('pedido'),
          status: 'aberto',
          valor_total: total,
        },
      ])
      if (!order) throw new Error('The order was not returned.')
      await vendas.insert(
        'itens_pedido',
        lines.map(({ sku, quantity }) => ({
          pedido_id: order.id,
          sku_id: sku.id,
          quantidade: quantity,
          preco_unitario: money(sku.cents),
        })),
      )

      for (const { sku, quantity } of lines) {
        await estoque.update(
          'saldos',
          { quantidade: sql`quantidade - ${quantity}` },
          { where: { deposito_id: warehouse.id, sku_id: sku.id } },
        )
      }
      await estoque.insert(
        'movimentos',
        lines.map(({ sku, quantity }) => ({
          deposito_id: warehouse.id,
          sku_id: sku.id,
          pedido_id: order.id,
          tipo: 'venda' as const,
          quantidade: -quantity,
        })),
      )

      await tx.module('financeiro').insert('titulos', [
        {
          pedido_id: order.id,
          valor: total,
          status: 'aberto',
          vencimento: isoDate(new Date(Date.now() + DAYS_TO_PAY * 86_400_000)),
        },
      ])
    }, DEADLOCKS)
    return undefined
  } catch (error) {
    if (error instanceof PlataformaError && error.code === 'PLT_CHECK_VIOLATION') return 'refused'
    throw error
  }
}
