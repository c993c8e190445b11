import type { Random } from './random.js'
import { ARTICLES, COLOURS, LINES, type Vocabulary } from './vocabulary.js'
import type { Product } from './world.js'

interface ProductParts {
  readonly random: Random
  readonly today: Date
  readonly vocabulary: Vocabulary
}

/** Products of one to three colours each, priced to end in 90 centavos. */
export function createProducts(count: number, parts: ProductParts): Product[] {
  const { random, today, vocabulary } = parts
  return Array.from({ length: count }, (_, place) => {
    const article = random.pick(ARTICLES)
    const brand = random.pick(vocabulary.brands)
    const since = random.daysBefore(today, 600)
    const cents = random.integer(19, 899) * 100 + 90
    const skus = random.sample(COLOURS, random.integer(1, 3)).map((colour, variant) => ({
      id: random.uuid(since),
      code: `${String(place + 1).padStart(4, '0')}-${variant + 1}`,
      colour,
      cents,
    }))
    const name = `${article.name} ${brand} ${random.pick(LINES)}`
    return { id: random.uuid(since), name, brand, category: article.category, since, skus }
  })
}
