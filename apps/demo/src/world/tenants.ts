import { cnpj } from './documents.js'
import { Random } from './random.js'
import { CITIES, type Vocabulary } from './vocabulary.js'
import type { Tenant } from './world.js'

const FOUNDED = new Date('2021-01-01T00:00:00Z')
/** The largest tenant is about ten times the smallest, as platforms see it. */
const SMALLEST = 0.13
const SPREAD = 1.3

/** A few large companies and many small ones. */
export function createTenants(count: number, seed: number, vocabulary: Vocabulary): Tenant[] {
  const random = new Random(seed)
  return Array.from({ length: count }, (_, place) => ({
    id: random.uuid(FOUNDED),
    name: vocabulary.companies[place % vocabulary.companies.length] ?? `Empresa ${place + 1}`,
    cnpj: cnpj(random),
    city: random.pick(CITIES),
    size: SMALLEST + SPREAD * (1 - place / count) ** 4,
  }))
}
