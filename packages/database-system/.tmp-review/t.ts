import { createPlatformaDatabaseSystem, DEVELOPMENT_CONFIG, PRODUCTION_CONFIG, QueryBuilder, TransactionWrapper, UnifiedDatabase, ModuleDatabase, PlataformaDatabaseSystem } from '@plataforma/database-system'
import type { Generated } from 'kysely'
interface Cliente { id: string; organization_id: string; nome: string; email: string }
interface Mods { vendas: { clientes: { id: Generated<string>; organization_id: Generated<string>; nome: string; email: string | null; n: string | null } } }
const s = createPlatformaDatabaseSystem<Mods>({ ...DEVELOPMENT_CONFIG, connectionString: undefined })
const u = createPlatformaDatabaseSystem({ ...PRODUCTION_CONFIG, connectionString: process.env.DATABASE_URL, redisConfig: { url: process.env.REDIS_URL, enabled: true } })
export async function f() {
  const v = await s.createModule('vendas')
  await v.insert('clientes', [{ nome: 'x' }])
  // @ts-expect-error missing nome
  await v.insert('clientes', [{ email: 'x' }])
  // @ts-expect-error wrong table
  await v.insert('clients', [{ nome: 'x' }])
  // @ts-expect-error wrong value
  await v.select('clientes', { where: { nome: 3 } })
  // @ts-expect-error wrong operator
  await v.select('clientes', { where: { nome: { $foo: 3 } } })
  // @ts-expect-error wrong operator value
  await v.select('clientes', { where: { nome: { $in: 'x' } } })
  // @ts-expect-error wrong column
  await v.select('clientes', { where: { nom: 'x' } })
  // @ts-expect-error wrong column in order
  await v.select('clientes', { orderBy: [{ column: 'nom' }] })
  // @ts-expect-error no where
  await v.update('clientes', { nome: 'x' })
  // @ts-expect-error wrong value
  await v.update('clientes', { nome: 3 }, { where: { id: 'x' } })
  const r = await v.update('clientes', { nome: 'a' }, { where: { id: 'x' }, returning: ['id'] })
  const id: string = r[0]!.id
  // @ts-expect-error not returned
  r[0]!.nome
  const c: { affectedRows: number } = await v.delete('clientes', { where: { id } })
  const i: { affectedRows: number } = await v.insert('clientes', [{ nome: 'x' }], { returning: false })
  const k = await v.db.selectFrom('clientes').select('nome').execute(); k[0]!.nome satisfies string
  const w = await u.createModule('vendas')
  const nov = await w.insert<Cliente>('clientes', [{ organization_id: 'x', nome: 'y', email: 'z' }])
  nov[0]!.email satisfies string
  const cs = await w.select<Cliente>('clientes', { where: { nome: { $ilike: '%silva%' }, email: { $ne: null } }, orderBy: [{ column: 'nome', direction: 'ASC' }], limit: 10, cache: true, cacheTTL: 300 })
  cs[0]!.nome satisfies string
  const up = await w.update<Cliente>('clientes', { email: 'n' }, { where: { id: 'c' }, returning: ['id', 'email'] })
  up[0]!.email satisfies string
  // @ts-expect-error wrong column by hand
  await w.select<Cliente>('clientes', { where: { nomee: 'x' } })
  // @ts-expect-error wrong type by hand
  await w.insert<Cliente>('clientes', [{ nome: 3 }])
  await w.createTable('clientes', [{ name: 'id', type: 'UUID', primaryKey: true }], { enableRLS: true, enableAudit: true, partitioning: 'date' })
  const any = await w.select('qualquer', { where: { x: 1, y: { $gt: 3 } } }); any[0]!.x satisfies unknown
  const columns = [{ name: 'id', type: 'UUID', primaryKey: true }]
  await w.createTable('pedidos', columns, { enableRLS: true, tenantColumn: 'organization_id' })
  const cols2 = [{ name: 'id', type: 'UUID', primaryKey: true, unique: true, nullable: false, default: 'x' }]
  await w.createTable('pedidos', cols2)
  const result = await w.database.cacheQuery('k', async () => await w.query('select 1', [new Date()]), { ttl: 3600, tags: ['a'] }); result.length
  await w.transaction(async (tx) => { await tx.insert<Cliente>('clientes', [{ nome: 'x' }]); await tx.query('select 1') })
  await s.transaction(async (tx) => { await tx.module('vendas').insert('clientes', [{ nome: 'x' }]) })
  const t = new TransactionWrapper(w); await t.run(async (tx) => tx.count('x'), { isolationLevel: 'repeatable read', readOnly: true, retries: 2, signal: AbortSignal.timeout(1) })
  const q: QueryBuilder<any> = w.from('x'); const ud: UnifiedDatabase = w.database; const md: ModuleDatabase = w; const ps: PlataformaDatabaseSystem = u as any
  const h = await u.healthCheck(); console.log(h.overall, h.components.database, h.components.redis, h.metrics.activeConnections, h.metrics.cacheHitRate, c, i, q, ud, md, ps)
  await using z = createPlatformaDatabaseSystem(DEVELOPMENT_CONFIG); z
}
