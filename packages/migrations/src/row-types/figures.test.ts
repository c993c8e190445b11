import { testDatabase } from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { it } from 'vitest'
import { readFileSync } from 'node:fs'
import { readSnapshot } from '../snapshot/read-snapshot.js'
it('300', async () => {
  await using target = await testDatabase()
  const pool = new pg.Pool({ connectionString: target.connectionString, max: 1 })
  pool.on('error', () => 0)
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }), log: (e) => { if (e.query.sql.includes('relation')) last = e.queryDurationMillis } } as never)
  let last = 0
  const tables = Array.from({ length: 300 }, (_, n) => `create table big.t${n} (id uuid primary key default gen_random_uuid(),
      organization_id uuid not null, nome text not null, email text unique, numero int default ${n},
      valor numeric(12, 2) check (valor > 0), criado timestamptz not null default now(),
      pai uuid references big.t${Math.max(0, n - 1)});
      create index on big.t${n} (organization_id, criado);
      alter table big.t${n} enable row level security;
      create policy p on big.t${n} using (organization_id = current_setting('a.b')::uuid)`)
  await sql.raw(`create schema big; ${tables.join(';')}`).execute(db)
  await sql`analyze`.execute(db)
  const { rows: [r] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  const ticks = () => { const f = readFileSync(`/proc/${r?.pid}/stat`, 'utf8').split(' '); return Number(f[13]) + Number(f[14]) }
  await readSnapshot(db, { schemas: ['big'] })
  const t0 = ticks()
  const c0 = process.cpuUsage()
  for (let i = 0; i < 25; i++) {
    const c = process.cpuUsage()
    const s = performance.now()
    await readSnapshot(db, { schemas: ['big'] })
    const total = performance.now() - s
    const { user, system } = process.cpuUsage(c)
    console.log(`total ${total.toFixed(0)} query ${last.toFixed(0)} cpu ${((user + system) / 1000).toFixed(0)}`)
  }
  const c1 = process.cpuUsage(c0)
  console.log(`server cpu ms per run ${((ticks() - t0) * 10) / 25} node ${(c1.user + c1.system) / 25000}`)
  await db.destroy()
})
