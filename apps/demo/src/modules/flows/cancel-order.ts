import { sql } from 'kysely'
import type { Scene } from '../../model/operation.js'

/** Retried where it got into the way of another order all the same. */
const DEADLOCKS = { retries: 3 }

/** The latest open order: closed in `vendas`, its goods back in `estoque`, its bill void. */
export async function cancelOrder({ system }: Scene): Promise<void> {
  await system.transaction(async (tx) => {
    const vendas = tx.module('vendas')
    const estoque = tx.module('estoque')

    const [order] = await vendas.query<{ id: string }>(`
      select id from pedidos
      where status = 'aberto'
      order by created_at desc
      limit 1
      for update skip locked`)
    if (!order) return
    await vendas.update('pedidos', { status: 'cancelado' }, { where: { id: order.id } })

    const sold = await estoque.select('movimentos', {
      columns: ['deposito_id', 'sku_id', 'quantidade'],
      where: { pedido_id: order.id, tipo: 'venda' },
      orderBy: [{ column: 'sku_id' }],
    })
    for (const { deposito_id, sku_id, quantidade } of sold) {
      await estoque.update(
        'saldos',
        { quantidade: sql`quantidade - ${quantidade}` },
        { where: { deposito_id, sku_id } },
      )
    }
    await estoque.insert(
      'movimentos',
      sold.map((movement) => ({
        ...movement,
        pedido_id: order.id,
        tipo: 'retorno' as const,
        quantidade: -movement.quantidade,
      })),
    )
    await tx
      .module('financeiro')
      .update('titulos', { status: 'cancelado' }, { where: { pedido_id: order.id } })
  }, DEADLOCKS)
}
