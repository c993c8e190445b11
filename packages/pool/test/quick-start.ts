import assert from 'node:assert/strict'
import { createDatabase } from '@plataforma/core'
import { Pool, pooling } from '@plataforma/pool'

const connectionString = process.env.DATABASE_URL

await using database = createDatabase({
  connectionString,
  mode: 'development',
  plugins: [pooling({ poolConfig: { min: 1, max: 5 } })],
})
await database.initialize()

const vendas = await database.createModule('vendas')
await vendas.createTable('clientes', [
  { name: 'id', type: 'UUID', primaryKey: true },
  { name: 'organization_id', type: 'UUID', nullable: false },
  { name: 'nome', type: 'TEXT', nullable: false },
])
await database.withContext({ tenantId: crypto.randomUUID() }, async () => {
  await Promise.all(
    Array.from({ length: 50 }, (_, at) => vendas.insert('clientes', [{ nome: `n${at}` }])),
  )
  assert.equal(await vendas.count('clientes'), 50)
})
const pool = database.pool.getModulePool('vendas')
await pool?.reconfigure({ max: 8 })
assert.equal(pool?.getMetrics().max, 8)
assert.ok((pool?.getMetrics().totalQueries ?? 0) >= 51)

const plain = new Pool({ connectionString, max: 2 })
const { rows } = await plain.query('select 6 * 7 as answer')
assert.deepEqual(rows, [{ answer: 42 }])
await plain.end()
console.log('a module works out of the budget, and a Pool stands where pg.Pool stands')
