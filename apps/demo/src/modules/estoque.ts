import { defineModule } from '../model/module-definition.js'
import type { Random } from '../world/random.js'
import type { Order, World } from '../world/world.js'

export const estoque = defineModule<'estoque'>({
  name: 'estoque',
  rows: (world) => {
    const movimentos = [...stocktaking(world), ...world.orders.flatMap(movementsOf)]
    const balances = new Map<string, number>()
    for (const { deposito_id, sku_id, quantidade } of movimentos) {
      const key = `${deposito_id} ${sku_id}`
      balances.set(key, (balances.get(key) ?? 0) + quantidade)
    }
    return {
      depositos: world.warehouses.map(({ id, name, city }) => ({ id, nome: name, uf: city.uf })),
      saldos: [...balances].map(([key, quantidade]) => {
        const [deposito_id = '', sku_id = ''] = key.split(' ')
        return { deposito_id, sku_id, quantidade }
      }),
      movimentos,
    }
  },

  operations: [
    {
      name: 'look up a balance',
      weight: 6,
      run: async ({ modules: { estoque }, world: { random, skus } }) => {
        await estoque.select('saldos', {
          columns: ['deposito_id', 'quantidade'],
          where: { sku_id: random.pickPopular(skus).id },
        })
      },
    },
    {
      name: 'receive goods',
      weight: 2,
      run: async ({ modules: { estoque }, world: { random, skus, warehouses } }) => {
        const deposito_id = random.pick(warehouses).id
        const sku_id = random.pickPopular(skus).id
        const received = random.integer(5, 20)
        await estoque.transaction(async (tx) => {
          const movement = { deposito_id, sku_id, pedido_id: null, tipo: 'entrada' } as const
          await tx.insert('movimentos', [{ ...movement, quantidade: received }])
          const [balance] = await tx.query<{ quantidade: number }>(
            `update saldos set quantidade = quantidade + $3
             where deposito_id = $1 and sku_id = $2
             returning quantidade`,
            [deposito_id, sku_id, received],
          )
          if (!balance) throw new Error(`There is no balance of article ${sku_id}.`)
        })
      },
    },
    {
      name: 'list what runs out',
      weight: 1,
      run: async ({ modules: { estoque } }) => {
        await estoque.db
          .selectFrom('saldos')
          .innerJoin('depositos', 'depositos.id', 'saldos.deposito_id')
          .select(['depositos.nome', 'saldos.sku_id', 'saldos.quantidade'])
          .where('saldos.quantidade', '<', 10)
          .orderBy('saldos.quantidade')
          .limit(20)
          .execute()
      },
    },
  ],
})

/** What was counted on the first day: enough for the orders of the history and some more. */
function stocktaking({ warehouses, skus, orders, random, today }: World) {
  const sold = new Map<string, number>()
  for (const { warehouse, lines } of orders) {
    for (const { sku, quantity } of lines) {
      const key = `${warehouse.id} ${sku.id}`
      sold.set(key, (sold.get(key) ?? 0) + quantity)
    }
  }
  return warehouses.flatMap((warehouse) =>
    skus.map((sku) => ({
      deposito_id: warehouse.id,
      sku_id: sku.id,
      tipo: 'inventario' as const,
      quantidade: (sold.get(`${warehouse.id} ${sku.id}`) ?? 0) + spare(random),
      created_at: new Date(today.getTime() - 91 * 86_400_000),
    })),
  )
}

/** Some articles are nearly sold out. */
function spare(random: Random): number {
  return random.chance(0.05) ? 1 : random.integer(5, 60)
}

/** Goods leave with an order, and come back when it is cancelled. */
function movementsOf({ id, warehouse, lines, status, placedAt }: Order) {
  return lines.flatMap(({ sku, quantity }) => {
    const movement = {
      deposito_id: warehouse.id,
      sku_id: sku.id,
      pedido_id: id,
      created_at: placedAt,
    }
    const sale = { ...movement, tipo: 'venda' as const, quantidade: -quantity }
    const back = { ...movement, tipo: 'retorno' as const, quantidade: quantity }
    return status === 'cancelado' ? [sale, back] : [sale]
  })
}
