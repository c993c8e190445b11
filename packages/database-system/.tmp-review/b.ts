import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { sql } from 'kysely'
import { startPostgres, startTcpProxy } from '@plataforma/testkit'
import { createPlatformaDatabaseSystem, DEVELOPMENT_CONFIG, PRODUCTION_CONFIG, PlataformaError, TransactionWrapper } from '@plataforma/database-system'
await using server = await startPostgres({})
const show = (n: string, v: unknown) => console.log(n, '=>', typeof v === 'string' ? v : JSON.stringify(v, (k, x) => typeof x === 'bigint' ? `${x}n` : x))
const tryIt = async (n: string, f: () => unknown) => {
  try { show(n, (await f()) ?? 'ok/undefined') } catch (e: any) {
    show(n, `ERR ${e instanceof PlataformaError ? '' : `[${e?.constructor?.name}] `}${e.code} state=${e.sqlState} t=${e.table} c=${e.column} k=${e.constraint} | ${e.message} | remedy: ${e.remedy} ${e.details ? JSON.stringify(e.details) : ''}`)
  }
}
const su = new pg.Client(server.connectionString); su.on("error", () => {}); await su.connect()
await su.query(`create role adm login createrole password 'x'`); await su.query('create database loja owner adm')
const url = new URL(server.connectionString); url.username = 'adm'; url.password = 'x'; url.pathname = '/loja'
const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) } as never)
const purl = new URL(url.href); purl.port = String((proxy as any).port)
const s = createPlatformaDatabaseSystem({ ...PRODUCTION_CONFIG, ssl: false, connectionString: purl.href, secret: 'a-secret-of-16-characters' })
await s.initialize()
const v = await s.createModule('vendas')
const A = randomUUID(), B = randomUUID()
const inA = <T>(f: () => T | Promise<T>) => s.withContext({ tenantId: A, userId: 'u1', roles: ['x'], requestId: 'r' }, f)
const inB = <T>(f: () => T | Promise<T>) => s.withContext({ tenantId: B }, f)
await v.createTable('clientes', [
  { name: 'id', type: 'UUID', primaryKey: true }, { name: 'organization_id', type: 'UUID', nullable: false },
  { name: 'nome', type: 'TEXT', nullable: false }, { name: 'email', type: 'TEXT', unique: true }, { name: 'cpf', type: 'TEXT', unique: 'global' }, { name: 'n', type: 'INT' }, { name: 'ts', type: 'TIMESTAMPTZ', default: 'now()' },
])
await tryIt('no ctx', () => v.select('clientes'))
await tryIt('no ctx insert', () => v.insert('clientes', [{ nome: 'x' }]))
await tryIt('no ctx query', () => v.query('select * from clientes'))
await tryIt('no ctx query1', () => v.query('select 1 as x'))
await tryIt('no ctx kysely', () => v.db.selectFrom('clientes').selectAll().execute())
await tryIt('no ctx tx', () => v.transaction(async (tx) => tx.count('clientes')))
await tryIt('no ctx stream', async () => { for await (const r of v.stream('clientes')) return r })
await v.createTable('pedidos', [
  { name: 'id', type: 'UUID', primaryKey: true }, { name: 'organization_id', type: 'UUID' },
  { name: 'cliente_id', type: 'UUID', references: 'clientes' }, { name: 'x', type: 'UUID', references: { table: 'clientes', column: 'id', onDelete: 'cascade' } },
])
await tryIt('again pedidos', () => v.createTable('pedidos', [
  { name: 'id', type: 'UUID', primaryKey: true }, { name: 'organization_id', type: 'UUID' },
  { name: 'cliente_id', type: 'UUID', references: 'clientes' }, { name: 'x', type: 'UUID', references: { table: 'clientes', column: 'id', onDelete: 'cascade' } },
]))
const [ca] = await inA(() => v.insert('clientes', [{ nome: 'a', cpf: '1', email: 'e' }])) as any[]
await tryIt('ref other tenant', () => inB(() => v.insert('pedidos', [{ cliente_id: ca.id }])))
await tryIt('ref', () => inA(() => v.insert('pedidos', [{ cliente_id: ca.id }], { returning: ['cliente_id'] })))
await tryIt('global unique', () => inB(() => v.insert('clientes', [{ nome: 'a', cpf: '1' }])))
await tryIt('within unique', () => inB(() => v.insert('clientes', [{ nome: 'a', email: 'e' }], { returning: ['email'] })))
await inA(() => v.insert('clientes', Array.from({ length: 25 }, (_, i) => ({ nome: `n${String(i).padStart(2, '0')}`, n: i % 3 === 0 ? null : i % 5 }))))
await tryIt('page', () => inA(async () => { let after: string | undefined; const seen: unknown[] = []; for (;;) { const p = await v.page('clientes', { columns: ['nome'], orderBy: [{ column: 'n', direction: 'DESC', nulls: 'LAST' }], limit: 10, after }); seen.push(...p.rows.map((r) => r.nome)); if (!p.next) break; after = p.next } return [seen.length, new Set(seen).size] }))
await tryIt('after select', () => inA(async () => { const p = await v.page('clientes', { orderBy: [{ column: 'nome' }], limit: 10 }); return (await v.select('clientes', { orderBy: [{ column: 'nome' }], limit: 3, after: p.next!, columns: ['nome'] })) }))
await tryIt('after bad', () => inA(() => v.select('clientes', { orderBy: [{ column: 'nome' }], after: 'zzz' })))
await tryIt('after object', () => inA(() => v.select('clientes', { orderBy: [{ column: 'nome' }], after: { nome: 'n10', id: randomUUID() } as never })))
await tryIt('after without orderBy', () => inA(async () => { const p = await v.page('clientes', { limit: 20 }); return (await v.select('clientes', { after: p.next! })).length }))
await tryIt('builder', () => inA(() => v.from('clientes').where({ nome: { $like: 'n0%' } }).orderBy('nome', 'DESC').limit(2).offset(1).columns(['nome']).execute()))
await tryIt('toKysely', () => inA(() => (v.from('clientes').where({ nome: { $like: 'n0%' } }).orderBy('nome').limit(2).toKysely() as any).clearSelect().select('nome').execute()))
await tryIt('stream', () => inA(async () => { let n = 0; for await (const _ of v.stream('clientes', { chunkSize: 4 })) n++; return n }))
await tryIt('ctx at call', async () => { const p = await inA(() => [v.count('clientes')] as const); const q = inB(() => v.count('clientes')); return [await p[0], await q] })
await tryIt('ctx at execute', async () => { const q = await inA(() => [v.db.selectFrom('clientes').select((e) => e.fn.countAll().as('n'))] as const); return inB(() => q[0].execute()) })
await tryIt('no thenable', async () => 'then' in v.from('clientes'))
await tryIt('stream ctx', async () => { const it = await inA(() => [v.stream('clientes')] as const); let n = 0; await inB(async () => { for await (const _ of it[0]) n++ }); return n })
await tryIt('tx wrapper', () => inA(() => new TransactionWrapper(v).run(async (tx) => { await tx.insert('clientes', [{ nome: 'ro' }]) }, { readOnly: true })))
await tryIt('tx wrapper iso', () => inA(() => new TransactionWrapper(v).run(async (tx) => tx.query(`select current_setting('transaction_isolation') as i`), { isolationLevel: 'serializable', retries: 2 })))
await tryIt('tx wrapper signal', () => inA(() => new TransactionWrapper(v).run(async (tx) => tx.query('select pg_sleep(3)'), { signal: AbortSignal.timeout(100) })))
await tryIt('tx wrapper on database', () => inA(() => new TransactionWrapper(v.database).run((tx) => tx.count('clientes'))))
await tryIt('tx wrapper on system', () => inA(() => new TransactionWrapper(s).run((tx) => tx.module('vendas').count('clientes'))))
await tryIt('nested savepoint', () => inA(() => v.transaction(async (tx) => { await tx.insert('clientes', [{ nome: 'SP' }]); await v.transaction(async () => { await v.insert('clientes', [{ nome: 'SP' }]); throw new Error('i') }).catch(() => 0); return tx.count('clientes', { where: { nome: 'SP' } }) })))
await tryIt('after commit', () => inA(async () => { const log: string[] = []; await v.transaction(async (tx) => { (tx as any).afterCommit(() => log.push('c')); (tx as any).afterRollback(() => log.push('r')) }); await v.transaction(async (tx) => { (tx as any).afterCommit(() => log.push('c2')); (tx as any).afterRollback(() => log.push('r2')); throw 1 }).catch(() => 0); return log }))
let n = 0
await tryIt('retries', () => inA(() => v.transaction(async (tx) => { n++; if (n < 3) await tx.query(`select 1/0`).catch(() => { throw Object.assign(new Error('x'), { code: '40001' }) }); return n }, { retries: 3 })))
await tryIt('aborted', () => inA(() => v.transaction(async (tx) => { await tx.query('select 1/0').catch(() => 0); return 1 })))
await tryIt('kysely transaction()', () => inA(() => v.db.transaction().execute(async (trx) => { await trx.insertInto('clientes').values({ nome: 'KY' }).execute(); return [await v.count('clientes', { where: { nome: 'KY' } }), await trx.selectFrom('clientes').select('nome').where('nome', '=', 'KY').execute()] })))
await tryIt('cross modules', () => inA(async () => { const e = await s.createModule('estoque'); await e.createTable('s', [{ name: 'id', type: 'BIGINT', identity: 'always', primaryKey: true }, { name: 'organization_id', type: 'UUID' }]); return s.transaction(async (tx) => { await tx.module('vendas').insert('clientes', [{ nome: 'XM' }]); return tx.module('estoque').insert('s', [{}, {}]) }) }))
await tryIt('cross modules in vendas.tx', () => inA(() => v.transaction(async () => s.module('estoque').count('s'))))
await tryIt('tenant text', async () => { await v.createTable('tt', [{ name: 'id', type: 'SERIAL', primaryKey: true }, { name: 'conta', type: 'VARCHAR(20)' }], { enableRLS: true, tenantColumn: 'conta' }); return s.withContext({ tenantId: 'org-1' }, () => v.insert('tt', [{}, {}])) })
await tryIt('tenant bigint', async () => { await v.createTable('tb', [{ name: 'id', type: 'UUID', primaryKey: true }, { name: 'organization_id', type: 'BIGINT' }]); return [await s.withContext({ tenantId: '42' }, () => v.insert('tb', [{}])), await s.withContext({ tenantId: 42 as never }, () => v.count('tb')).catch((e) => `${e.code} ${e.message}`), await s.withContext({ tenantId: '4.2' }, () => v.count('tb')).catch((e) => e.code)] })
await tryIt('tenant empty', () => s.withContext({ tenantId: '' }, () => v.count('tb')))
await tryIt('tenant undefined', () => s.withContext({} as never, () => v.count('tb')))
await tryIt('protect', async () => { await s.asOwner('vendas', (trx) => sql`create table legado (id int primary key, organization_id uuid, v text)`.execute(trx)); return [await s.isolation.protectTable('vendas', 'legado', { tenantColumn: 'organization_id' }), await inA(() => v.insert('legado', [{ id: 1 }])), await inB(() => v.count('legado'))] })
await tryIt('protect none', () => s.isolation.protectTable('vendas', 'nada', { tenantColumn: 'organization_id' }))
await tryIt('protect no col', () => s.isolation.protectTable('vendas', 'legado', { tenantColumn: 'zz' }))
await tryIt('hasTable', async () => [await v.hasTable('legado'), await v.hasTable('nope')])
await tryIt('drop', () => v.dropTable('legado')); await tryIt('drop', () => v.dropTable('legado')); await tryIt('hasTable', () => v.hasTable('legado'))
await tryIt('select gone', () => inA(() => v.select('legado')))
await tryIt('asSystem', () => s.asSystem({ reason: 'relatório' }, async () => [await v.count('clientes'), (await v.query('select count(*) from clientes'))[0], (await v.db.selectFrom('clientes').select('nome').execute()).length, (await v.query(`select current_user, session_user`))[0]]))
await tryIt('asSystem write', () => s.asSystem({ reason: 'job' }, () => v.insert('clientes', [{ organization_id: B, nome: 'S' }], { returning: ['nome'] })))
await tryIt('audit of system', async () => { const c = new pg.Client({ connectionString: server.connectionString.replace(/\/[^/?]*(\?|$)/, '/loja$1') }); await c.connect(); const r = await c.query(`select * from plataforma.system_access order by 1 desc limit 2`).catch((e) => ({ rows: [e.message] })); await c.end(); return r.rows })
await tryIt('users', () => inA(() => v.query('select current_user, session_user')))
await tryIt('all', () => inB(() => v.update('clientes', { n: 7 }, { all: true })))
await tryIt('all delete', () => inB(() => v.delete('clientes', { all: true })))
await tryIt('A remains', () => inA(() => v.count('clientes')))
await tryIt('two cond', () => inA(() => v.query('select nome from clientes where n = $1 and nome like $2 limit 1', [1, 'n%'])))
await tryIt('65536 rows', () => inA(async () => (await v.insert('clientes', Array.from({ length: 70_000 }, (_, i) => ({ nome: `m${i}`, n: i })))).length))
await tryIt('set_config other tenant', () => inA(() => v.query(`select set_config('plataforma.context', '{"tenantId":"${B}"}', true)`)))
// two systems, PG 2nd db
await tryIt('second system same db', async () => { const s2 = createPlatformaDatabaseSystem({ ...DEVELOPMENT_CONFIG, connectionString: url.href, secret: 'a-secret-of-16-characters' }); await s2.initialize(); const r = [s2.module('vendas').name, await s2.withContext({ tenantId: A }, () => s2.module('vendas').count('clientes'))]; await using _ = s2; return r })
;(proxy as any).blackHole?.() ?? show('proxy', Object.getOwnPropertyNames(Object.getPrototypeOf(proxy)))
const t0 = performance.now(); await tryIt('health hang', () => s.healthCheck()); show('ms', performance.now() - t0)
await proxy.close?.()
await tryIt('health dead', () => s.healthCheck())
await tryIt('call dead', () => inA(() => v.count('clientes')))
const t1 = performance.now(); await s.close(); show('close ms', performance.now() - t1)
const dead = createPlatformaDatabaseSystem({ ...DEVELOPMENT_CONFIG, connectionString: 'postgresql://localhost:1/x' })
await tryIt('dead init', () => dead.initialize()); await dead.close()
await su.end()
