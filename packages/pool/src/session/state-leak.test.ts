import { createDatabase, PlataformaDialect } from '@plataforma/core'
import { startTcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MultiPoolManager } from '../manager/multi-pool-manager.js'
import { pooling } from '../plugin/pooling.js'

let server: TestDatabase

beforeAll(async () => {
  server = await testDatabase()
})

afterAll(() => server[Symbol.asyncDispose]())

/** What is done on a session, and what would show it to the next borrower. */
const MATRIX: readonly [name: string, dirt: string, found: RawBuilder<{ leak: unknown }>][] = [
  [
    'an open transaction',
    'begin; select pg_current_xact_id()',
    sql`select pg_current_xact_id_if_assigned() is not null as leak`,
  ],
  ['a failed transaction', 'begin; select 1 / 0', sql`select false as leak`],
  ['SET', "set work_mem = '77MB'", sql`select current_setting('work_mem') = '77MB' as leak`],
  [
    'set_config',
    "select set_config('a.b', 'c', false)",
    sql`select coalesce(current_setting('a.b', true), '') <> '' as leak`,
  ],
  ['SET ROLE', 'set role pg_monitor', sql`select current_user <> session_user as leak`],
  [
    'SET SESSION AUTHORIZATION',
    'set session authorization pg_monitor',
    sql`select session_user = 'pg_monitor' as leak`,
  ],
  [
    'a temporary table',
    'create temp table leaked (x int)',
    sql`select to_regclass('pg_temp.leaked') is not null as leak`,
  ],
  [
    'an advisory lock',
    'select pg_advisory_lock(4711)',
    sql`select exists (select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as leak`,
  ],
  ['LISTEN', 'listen leaked', sql`select exists (select pg_listening_channels()) as leak`],
  [
    'a prepared name',
    'prepare leaked as select 1',
    sql`select exists (select from pg_prepared_statements where name = 'leaked') as leak`,
  ],
  [
    'a cursor WITH HOLD',
    'declare leaked cursor with hold for select 1',
    sql`select exists (select from pg_cursors where name = 'leaked') as leak`,
  ],
]

const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`

describe('a plain handle on pooled sessions', () => {
  it.each(MATRIX)('%s does not reach the next borrower', async (_name, dirt, found) => {
    await using pools = new MultiPoolManager({
      connectionString: server.connectionString,
      poolConfig: { max: 1 },
      budget: 1,
    })
    const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions: pools.sessions }) })
    const before = (await pid.execute(db)).rows
    await db
      .connection()
      .execute((connection) => sql.raw(dirt).execute(connection))
      .catch(() => {})
    expect((await found.execute(db)).rows).toEqual([{ leak: false }])
    // Cleaned, not replaced.
    expect((await pid.execute(db)).rows).toEqual(before)
    await db.destroy()
  })
})

describe('the administrator of a database with pooling', () => {
  it('leaves none of it to who comes next, module or administrator', async () => {
    await using database = createDatabase({
      connectionString: server.connectionString,
      secret: 'a secret for tests only',
      plugins: [pooling({ budget: 2, poolConfig: { max: 1 } })],
    })
    await database.initialize()
    for (const [name, dirt, found] of MATRIX) {
      await database.admin.script(dirt).catch(() => {})
      expect({ name, ...(await found.execute(database.admin.db)).rows[0] }).toEqual({
        name,
        leak: false,
      })
      await sql
        .raw(dirt)
        .execute(database.admin.db)
        .catch(() => {})
      expect({ name, ...(await found.execute(database.admin.db)).rows[0] }).toEqual({
        name,
        leak: false,
      })
    }
  })
})

it('nothing is sent beyond the statements themselves where nothing was dirtied', async () => {
  const address = new URL(server.connectionString)
  let sent = 0
  await using proxy = await startTcpProxy(
    { host: address.hostname, port: Number(address.port) },
    {
      onData: (direction) => {
        if (direction === 'toServer') sent += 1
      },
    },
  )
  await using pools = new MultiPoolManager({
    connectionString: proxy.url(server.connectionString),
    poolConfig: { max: 1 },
    budget: 1,
  })
  const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions: pools.sessions }) })
  for (let turn = 0; turn < 5; turn += 1) await pid.execute(db)
  const before = sent
  for (let turn = 0; turn < 20; turn += 1) await pid.execute(db)
  expect(sent - before).toBe(20)
  const clean = sent
  await db.transaction().execute((trx) => pid.execute(trx))
  expect(sent - clean).toBe(3)
  const dirty = sent
  await sql`set work_mem = '77MB'`.execute(db)
  await pid.execute(db)
  expect(sent - dirty).toBe(3)
  await db.destroy()
})
