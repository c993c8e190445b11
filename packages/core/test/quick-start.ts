import assert from 'node:assert/strict'
import { createDatabase } from '@plataforma/core'

await using database = createDatabase({
  connectionString: process.env.DATABASE_URL,
  mode: 'development',
})
await database.initialize()

const vendas = await database.createModule('vendas')
await vendas.createTable('clientes', [
  { name: 'id', type: 'UUID', primaryKey: true },
  { name: 'organization_id', type: 'UUID', nullable: false },
  { name: 'nome', type: 'TEXT', nullable: false },
])

const [acme, outra] = [crypto.randomUUID(), crypto.randomUUID()]
await database.withContext({ tenantId: acme }, () =>
  vendas.insert('clientes', [{ nome: 'João Silva' }]),
)
const own = await database.withContext({ tenantId: acme }, () => vendas.select('clientes'))
const others = await database.withContext({ tenantId: outra }, () => vendas.select('clientes'))
assert.deepEqual(
  own.map((row) => row.nome),
  ['João Silva'],
)
assert.deepEqual(others, [])
console.log('one tenant reads its row, another does not')
