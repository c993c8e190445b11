import { createWorld } from './create-world.js'
import { createTenants } from './tenants.js'
import { createVocabulary } from './vocabulary.js'
import type { World } from './world.js'

/** The worlds of all tenants; the same seed and day give the same ones. */
export function createWorlds(tenants: number, seed: number, today: Date): World[] {
  const vocabulary = createVocabulary(seed)
  return createTenants(tenants, seed, vocabulary).map((tenant, place) =>
    createWorld({ tenant, seed: seed * 1000 + place, today, vocabulary }),
  )
}
