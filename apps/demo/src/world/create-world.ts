import { cpf } from './documents.js'
import { createOrders } from './orders.js'
import { createProducts } from './products.js'
import { Random } from './random.js'
import { slug } from './slug.js'
import { CITIES, type Vocabulary } from './vocabulary.js'
import type { Customer, Employee, Tenant, Warehouse, World } from './world.js'

const HISTORY_DAYS = 720

/** What the rows of a tenant are made from. */
export interface WorldParts {
  readonly tenant: Tenant
  readonly seed: number
  readonly today: Date
  readonly vocabulary: Vocabulary
}

/** The same parts give the same world. */
export function createWorld({ tenant, seed, today, vocabulary }: WorldParts): World {
  const random = new Random(seed)
  const scaled = (count: number) => Math.max(1, Math.round(count * tenant.size))
  const numbers = new Map<string, number>()
  const nextNumber = (kind: string): number => {
    const next = (numbers.get(kind) ?? 0) + 1
    numbers.set(kind, next)
    return next
  }
  const people = new People(random, today, vocabulary)
  const customers = Array.from({ length: scaled(150) }, (_, place) => people.customer(place))
  const employees = Array.from({ length: 4 + scaled(16) }, (_, place) => people.employee(place))
  const products = createProducts(scaled(60), { random, today, vocabulary })
  const skus = products.flatMap((product) => product.skus)
  const warehouses = createWarehouses(tenant.size > 1 ? 3 : 2, tenant, random)
  const orders = createOrders(scaled(300), { random, today, customers, skus, warehouses }).map(
    (order) => ({ ...order, number: nextNumber('pedido') }),
  )
  return {
    ...{
      tenant,
      random,
      vocabulary,
      today,
      customers,
      employees,
      products,
      skus,
      warehouses,
      orders,
    },
    ...{ scaled, nextNumber },
  }
}

function createWarehouses(count: number, tenant: Tenant, random: Random): Warehouse[] {
  const cities = [tenant.city, ...random.sample(CITIES, count)].slice(0, count)
  return cities.map((city, place) => ({
    id: random.uuid(new Date('2022-01-01T00:00:00Z')),
    name: place === 0 ? `Matriz ${city.name}` : `Centro de distribuição ${place} – ${city.name}`,
    city,
  }))
}

class People {
  readonly #random: Random
  readonly #today: Date
  readonly #vocabulary: Vocabulary

  constructor(random: Random, today: Date, vocabulary: Vocabulary) {
    this.#random = random
    this.#today = today
    this.#vocabulary = vocabulary
  }

  customer(place: number): Customer {
    const city = this.#random.pick(CITIES)
    return { ...this.#person(place, 'exemplo.com.br'), city, phone: this.#phone(city.ddd) }
  }

  employee(place: number): Employee {
    return this.#person(place, 'empresa.exemplo')
  }

  #person(place: number, domain: string): Employee {
    const name = `${this.#random.pick(this.#vocabulary.firstNames)} ${this.#surnames()}`
    const since = this.#random.daysBefore(this.#today, HISTORY_DAYS)
    const email = `${slug(name)}.${place + 1}@${domain}`
    return { id: this.#random.uuid(since), name, email, cpf: cpf(this.#random), since }
  }

  #surnames(): string {
    const { lastNames } = this.#vocabulary
    return [...new Set([this.#random.pick(lastNames), this.#random.pick(lastNames)])].join(' ')
  }

  #phone(ddd: string): string {
    return `+55 ${ddd} 9${this.#random.digits(4)}-${this.#random.digits(4)}`
  }
}
