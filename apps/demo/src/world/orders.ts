import type { Random } from './random.js'
import type { Customer, Order, OrderStatus, Sku, Warehouse } from './world.js'

const DAY_MS = 86_400_000
const HISTORY_DAYS = 90

interface OrderParts {
  readonly random: Random
  readonly today: Date
  readonly customers: readonly Customer[]
  readonly skus: readonly Sku[]
  readonly warehouses: readonly Warehouse[]
}

/** Orders of the last quarter, oldest first; some customers and articles are far more popular. */
export function createOrders(count: number, parts: OrderParts): Omit<Order, 'number'>[] {
  const { random, today, customers, skus, warehouses } = parts
  const moments = Array.from({ length: count }, () => random.daysBefore(today, HISTORY_DAYS))
  moments.sort((one, other) => one.getTime() - other.getTime())
  return moments.map((placedAt) => {
    const articles = random.sample(skus, random.pick([1, 1, 2, 2, 3, 4]))
    const lines = articles.map((sku) => ({
      id: random.uuid(placedAt),
      sku,
      quantity: random.pick([1, 1, 1, 2, 2, 3]),
    }))
    return {
      id: random.uuid(placedAt),
      customer: random.pickPopular(customers),
      warehouse: random.pickPopular(warehouses),
      status: statusOf(random, (today.getTime() - placedAt.getTime()) / DAY_MS),
      placedAt,
      cents: lines.reduce((sum, { sku, quantity }) => sum + sku.cents * quantity, 0),
      lines,
    }
  })
}

function statusOf(random: Random, ageDays: number): OrderStatus {
  if (random.chance(0.06)) return 'cancelado'
  if (ageDays > 12) return 'entregue'
  if (ageDays > 4) return 'enviado'
  return random.chance(0.7) ? 'pago' : 'aberto'
}
