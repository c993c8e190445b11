import { defineModule } from '../model/module-definition.js'
import { money } from '../world/money.js'
import { slug } from '../world/slug.js'
import { CATEGORIES } from '../world/vocabulary.js'

const LABELS = ['novo', 'promoção', 'frete grátis', 'mais vendido', 'importado', 'sustentável']

export const catalogo = defineModule<'catalogo'>({
  name: 'catalogo',
  rows: ({ products, random, today }) => {
    const brands = [...new Set(products.map((product) => product.brand))]
    const brandIds = new Map(brands.map((brand) => [brand, random.uuid(today)]))
    const categoryIds = new Map(CATEGORIES.map((category) => [category, random.uuid(today)]))
    return {
      marcas: brands.map((nome) => ({ id: brandIds.get(nome), nome })),
      categorias: CATEGORIES.map((nome) => ({
        id: categoryIds.get(nome),
        nome,
        caminho: `loja/${slug(nome)}`,
      })),
      produtos: products.map(({ id, name, brand, category, skus, since }) => ({
        id,
        marca_id: brandIds.get(brand) ?? '',
        categoria_id: categoryIds.get(category) ?? '',
        nome: name,
        preco: money(skus[0]?.cents ?? 0),
        etiquetas: random.sample(LABELS, random.integer(0, 3)),
        atributos: {
          garantia_meses: random.pick([3, 6, 12]),
          peso_gramas: random.integer(50, 5000),
        },
        created_at: since,
      })),
      variacoes: products.flatMap((product) =>
        product.skus.map(({ id, code, colour }) => ({
          id,
          produto_id: product.id,
          codigo: code,
          cor: colour,
          created_at: product.since,
        })),
      ),
    }
  },

  operations: [
    {
      name: 'browse a shelf, cheapest first',
      weight: 5,
      run: async ({ modules: { catalogo }, world: { random } }) => {
        const from = random.integer(50, 500)
        await catalogo.select('produtos', {
          columns: ['id', 'nome', 'preco'],
          where: { preco: { $between: [money(from * 100), money((from + 200) * 100)] } },
          orderBy: [{ column: 'preco', direction: 'ASC' }],
          limit: 20,
        })
      },
    },
    {
      name: 'show a product with its colours',
      weight: 5,
      run: async ({ modules: { catalogo }, world: { random, products } }) => {
        await catalogo.db
          .selectFrom('produtos')
          .innerJoin('marcas', 'marcas.id', 'produtos.marca_id')
          .innerJoin('variacoes', 'variacoes.produto_id', 'produtos.id')
          .select(['produtos.nome', 'marcas.nome as marca', 'variacoes.codigo', 'variacoes.cor'])
          .where('produtos.id', '=', random.pickPopular(products).id)
          .execute()
      },
    },
    {
      name: 'find products by label',
      weight: 2,
      run: async ({ modules: { catalogo }, world: { random } }) => {
        await catalogo.select('produtos', {
          columns: ['id', 'nome'],
          where: { etiquetas: { $contains: [random.pick(LABELS)] } },
          limit: 20,
        })
      },
    },
    {
      name: 'change the labels of a product',
      weight: 1,
      run: async ({ modules: { catalogo }, world: { random, products } }) => {
        await catalogo.update(
          'produtos',
          { etiquetas: random.sample(LABELS, 2) },
          { where: { id: random.pick(products).id } },
        )
      },
    },
  ],
})
