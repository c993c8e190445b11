import type { Random } from './random.js'
import type { City, Vocabulary } from './vocabulary.js'

/** A company that rents the platform: its rows are nobody else's. */
export interface Tenant {
  readonly id: string
  readonly name: string
  readonly cnpj: string
  readonly city: City
  /** How large the company is: 1 is a shop of 300 orders a quarter. */
  readonly size: number
}

export interface Customer {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly cpf: string
  readonly phone: string
  readonly city: City
  readonly since: Date
}

export interface Product {
  readonly id: string
  readonly name: string
  readonly brand: string
  readonly category: string
  readonly since: Date
  readonly skus: readonly Sku[]
}

/** One variation of a product: what is stocked, priced and sold. */
export interface Sku {
  readonly id: string
  readonly code: string
  readonly colour: string
  readonly cents: number
}

export interface Warehouse {
  readonly id: string
  readonly name: string
  readonly city: City
}

export interface Employee {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly cpf: string
  readonly since: Date
}

export type OrderStatus = 'aberto' | 'pago' | 'enviado' | 'entregue' | 'cancelado'

export interface Order {
  readonly id: string
  readonly number: number
  readonly customer: Customer
  readonly warehouse: Warehouse
  readonly status: OrderStatus
  readonly placedAt: Date
  readonly cents: number
  readonly lines: readonly OrderLine[]
}

export interface OrderLine {
  readonly id: string
  readonly sku: Sku
  readonly quantity: number
}

/**
 * What several modules of one tenant speak about: modules share no foreign keys, so the
 * identifiers that they have in common come from here.
 */
export interface World {
  readonly tenant: Tenant
  readonly random: Random
  readonly vocabulary: Vocabulary
  /** The day that the history ends. */
  readonly today: Date
  readonly customers: readonly Customer[]
  readonly products: readonly Product[]
  readonly skus: readonly Sku[]
  readonly warehouses: readonly Warehouse[]
  readonly employees: readonly Employee[]
  readonly orders: readonly Order[]
  /** `count` for a tenant of size 1, more or fewer for others, 1 at least. */
  scaled(count: number): number
  /** The next number of a kind of document, from 1, without gaps. */
  nextNumber(kind: string): number
}
