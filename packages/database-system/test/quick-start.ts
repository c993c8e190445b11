import { randomUUID } from 'node:crypto'
import { createPlatformaDatabaseSystem, DEVELOPMENT_CONFIG } from '@plataforma/database-system'

interface Cliente {
  id: string
  organization_id: string
  nome: string
  email: string
}

const dbSystem = createPlatformaDatabaseSystem({
  ...DEVELOPMENT_CONFIG,
  connectionString: process.env.DATABASE_URL,
  redisConfig: {
    url: process.env.REDIS_URL,
    enabled: true,
  },
})

await dbSystem.initialize()

const vendas = await dbSystem.createModule('vendas')

await vendas.createTable(
  'clientes',
  [
    { name: 'id', type: 'UUID', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
    { name: 'nome', type: 'VARCHAR(255)', nullable: false },
    { name: 'email', type: 'VARCHAR(255)', unique: true },
  ],
  {
    enableRLS: true,
    partitioning: 'date', // switched off in DEVELOPMENT_CONFIG: an ordinary table
  },
)

// A new organization every time: within one, an e-mail address is unique.
const organization = randomUUID()

const novosClientes = await vendas.insert<Cliente>('clientes', [
  {
    organization_id: organization,
    nome: 'João Silva',
    email: 'joao@email.com',
  },
])

const clientes = await vendas.select<Cliente>('clientes', {
  where: {
    organization_id: organization,
    nome: { $ilike: '%silva%' },
    email: { $ne: null },
  },
  orderBy: [{ column: 'nome', direction: 'ASC' }],
  limit: 10,
})

const atualizados = await vendas.update<Cliente>(
  'clientes',
  { email: 'novo@email.com' },
  {
    where: { id: novosClientes[0]?.id ?? '' },
    returning: ['id', 'email'],
  },
)

// Another organization sees nothing of it.
const deOutros = await dbSystem.withContext({ tenantId: randomUUID() }, () =>
  vendas.count<Cliente>('clientes'),
)

const health = await dbSystem.healthCheck()
await dbSystem.close()

console.log(
  JSON.stringify({
    clientes: clientes.map(({ nome, email }) => ({ nome, email })),
    atualizados: atualizados.map(({ email }) => email),
    deOutros,
    database: health.components.database.status,
  }),
)
