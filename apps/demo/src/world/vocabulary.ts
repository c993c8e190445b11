import { base, en, Faker, pt_BR } from '@faker-js/faker'

/** A Brazilian city with what addresses, telephones and invoices need to know of it. */
export interface City {
  readonly name: string
  readonly uf: string
  /** IBGE code of the state. */
  readonly state: string
  /** First three digits of the postal codes. */
  readonly cep: string
  /** Area code. */
  readonly ddd: string
}

/** Values made once and combined for every row: Faker is too slow to be asked for each of them. */
export interface Vocabulary {
  readonly firstNames: readonly string[]
  readonly lastNames: readonly string[]
  readonly companies: readonly string[]
  readonly streets: readonly string[]
  readonly brands: readonly string[]
}

export function createVocabulary(seed: number): Vocabulary {
  const faker = new Faker({ locale: [pt_BR, en, base], seed })
  const many = (size: number, make: () => string) => [
    ...new Set(Array.from({ length: size }, make)),
  ]
  return {
    firstNames: many(300, () => faker.person.firstName()),
    lastNames: many(300, () => faker.person.lastName()),
    companies: many(400, () => faker.company.name()),
    streets: many(400, () => faker.location.street()),
    brands: many(60, () => faker.person.lastName()),
  }
}

export const CITIES: readonly City[] = [
  { name: 'São Paulo', uf: 'SP', state: '35', cep: '013', ddd: '11' },
  { name: 'Rio de Janeiro', uf: 'RJ', state: '33', cep: '200', ddd: '21' },
  { name: 'Belo Horizonte', uf: 'MG', state: '31', cep: '301', ddd: '31' },
  { name: 'Curitiba', uf: 'PR', state: '41', cep: '800', ddd: '41' },
  { name: 'Porto Alegre', uf: 'RS', state: '43', cep: '900', ddd: '51' },
  { name: 'Salvador', uf: 'BA', state: '29', cep: '400', ddd: '71' },
  { name: 'Recife', uf: 'PE', state: '26', cep: '500', ddd: '81' },
  { name: 'Fortaleza', uf: 'CE', state: '23', cep: '600', ddd: '85' },
  { name: 'Brasília', uf: 'DF', state: '53', cep: '700', ddd: '61' },
  { name: 'Goiânia', uf: 'GO', state: '52', cep: '740', ddd: '62' },
  { name: 'Florianópolis', uf: 'SC', state: '42', cep: '880', ddd: '48' },
  { name: 'Campinas', uf: 'SP', state: '35', cep: '130', ddd: '19' },
  { name: 'Vitória', uf: 'ES', state: '32', cep: '290', ddd: '27' },
  { name: 'Manaus', uf: 'AM', state: '13', cep: '690', ddd: '92' },
  { name: 'Belém', uf: 'PA', state: '15', cep: '660', ddd: '91' },
  { name: 'Natal', uf: 'RN', state: '24', cep: '590', ddd: '84' },
  { name: 'João Pessoa', uf: 'PB', state: '25', cep: '580', ddd: '83' },
  { name: 'Cuiabá', uf: 'MT', state: '51', cep: '780', ddd: '65' },
]

export const ARTICLES: readonly { readonly name: string; readonly category: string }[] = [
  { name: 'Camiseta', category: 'Moda' },
  { name: 'Calça jeans', category: 'Moda' },
  { name: 'Vestido midi', category: 'Moda' },
  { name: 'Tênis de corrida', category: 'Calçados' },
  { name: 'Sandália', category: 'Calçados' },
  { name: 'Fone de ouvido', category: 'Eletrônicos' },
  { name: 'Caixa de som', category: 'Eletrônicos' },
  { name: 'Carregador portátil', category: 'Eletrônicos' },
  { name: 'Cafeteira', category: 'Casa' },
  { name: 'Jogo de panelas', category: 'Casa' },
  { name: 'Luminária', category: 'Casa' },
  { name: 'Tapete', category: 'Casa' },
  { name: 'Hidratante', category: 'Beleza' },
  { name: 'Perfume', category: 'Beleza' },
  { name: 'Protetor solar', category: 'Beleza' },
  { name: 'Quebra-cabeça', category: 'Brinquedos' },
  { name: 'Boneco articulado', category: 'Brinquedos' },
  { name: 'Halter', category: 'Esporte' },
  { name: 'Colchonete', category: 'Esporte' },
  { name: 'Bola de futebol', category: 'Esporte' },
  { name: 'Café torrado', category: 'Mercado' },
  { name: 'Azeite extravirgem', category: 'Mercado' },
  { name: 'Ração para cães', category: 'Pet' },
  { name: 'Arranhador', category: 'Pet' },
]

export const CATEGORIES: readonly string[] = [
  ...new Set(ARTICLES.map((article) => article.category)),
]

export const COLOURS = ['Preto', 'Branco', 'Azul', 'Verde', 'Vermelho', 'Cinza', 'Bege', 'Amarelo']
export const LINES = ['Essencial', 'Conforto', 'Premium', 'Clássica', 'Urbana', 'Natural', 'Pro']
