import { createDatabase, type Database, type DatabaseOptions } from '@plataforma/core'
import {
  type PgBouncer,
  type PostgresServer,
  sharedPostgres,
  startPgBouncer,
  startPostgres,
  type TestDatabase,
  testDatabase,
} from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MultiPoolManager, type PoolingOptions, pooling } from '../../src/index.js'

const TENANT = '0190a7c2-0000-7000-8000-00000000000a'
const trial = await startPgBouncer({ server: await sharedPostgres() })
await trial?.close()

describe.skipIf(!trial).each([15, 18])('through PgBouncer, PostgreSQL %i', (version) => {
  let server: PostgresServer
  let pooler: PgBouncer
  let target: TestDatabase
  let logs: string[]

  beforeAll(async () => {
    server = await startPostgres({ version })
    const started = await startPgBouncer({ server, settings: { default_pool_size: 4 } })
    if (started === undefined) throw new Error('There was one a moment ago.')
    pooler = started
  })

  afterAll(async () => {
    await pooler?.close()
    await server?.close()
  })

  beforeEach(async () => {
    logs = []
    target = await testDatabase({ administrator: 'restricted', server })
    return () => target.drop()
  })

  const open = async (options: Partial<DatabaseOptions> = {}, pool: PoolingOptions = {}) => {
    const database = createDatabase({
      connectionString: pooler.through(target.connectionString),
      secret: 'a secret for tests only',
      log: (level, message) => {
        if (level === 'warn') logs.push(message)
      },
      ...options,
      plugins: [pooling(pool)],
    })
    await database.initialize()
    return database
  }

  const withItems = async (database: Database) => {
    const vendas = await database.createModule('vendas')
    await vendas.createTable('itens', [
      { name: 'id', type: 'UUID', primaryKey: true },
      { name: 'organization_id', type: 'UUID', nullable: false },
      { name: 'nome', type: 'TEXT' },
    ])
    return vendas
  }

  it.each(['shared', 'dedicated'] as const)('everything works with %s logins', async (login) => {
    await using database = await open({ isolation: { login } })
    const vendas = await withItems(database)
    await database.withContext({ tenantId: TENANT }, async () => {
      const rounds = Array.from({ length: 200 }, (_, index) => index)
      await Promise.all(rounds.map((index) => vendas.insert('itens', [{ nome: `n${index}` }])))
      await Promise.all(
        rounds.map((index) =>
          vendas.transaction(async (tx) => {
            await tx.query('select count(*) from itens')
            await tx.update('itens', { nome: `m${index}` }, { where: { nome: `n${index}` } })
          }),
        ),
      )
      await expect(
        vendas.transaction(async (tx) => {
          await tx.insert('itens', [{ nome: 'taken back' }])
          await tx.query('select 1 / 0')
        }),
      ).rejects.toMatchObject({ sqlState: '22012' })
      const names: unknown[] = []
      const rows = vendas.db
        .selectFrom('itens' as never)
        .selectAll()
        .stream(7)
      for await (const row of rows) names.push((row as { nome: string }).nome)
      expect(names.sort()).toEqual(rounds.map((index) => `m${index}`).sort())
    })
    await expect(vendas.count('itens')).rejects.toMatchObject({
      code: 'PLT_TENANT_CONTEXT_REQUIRED',
    })
    expect(logs.filter((message) => message.includes('pooler'))).toHaveLength(1)
    expect(database.pool.getBudget()).toMatchObject({ kind: 'fixed', places: 20 })
  })

  it('says nothing where the pooler was announced, and takes its part of the budget', async () => {
    const budget = { connections: 12, processes: 3 }
    await using database = await open({}, { pooler: 'transaction', budget })
    expect(logs.filter((message) => message.includes('pooler'))).toEqual([])
    expect(database.pool.getBudget()).toMatchObject({ places: 4, capacity: 12, processes: 3 })
  })

  it('keeps what a login could bend for its next session', async () => {
    await using database = await open({ statementTimeoutMs: 1_500 }, { pooler: 'transaction' })
    const vendas = await withItems(database)
    const outside = new pg.Client({ connectionString: target.superuser.connectionString })
    await outside.connect()
    const { rows } = await outside.query<{ role: string }>(
      `select quote_ident(rolname) as role from pg_roles where rolcanlogin and rolname like '%app%'`,
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { role } of rows) {
      for (const setting of [
        "datestyle = 'German'",
        "bytea_output = 'escape'",
        'row_security = off',
      ])
        await outside.query(`alter role ${role} set ${setting}`)
    }
    await outside.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    await outside.end()
    await database.withContext({ tenantId: TENANT }, async () => {
      const ask = () =>
        vendas.query(
          `select current_setting('datestyle') as d, current_setting('bytea_output') as b,
            current_setting('row_security') as r`,
        )
      // A pooler tells of the ended sessions to who asks next.
      await expect.poll(() => ask().catch(() => [])).toEqual([{ d: 'ISO, MDY', b: 'hex', r: 'on' }])
      await expect(vendas.query('select pg_sleep(5)')).rejects.toMatchObject({
        code: 'PLT_TIMEOUT',
      })
      const abort = new AbortController()
      setTimeout(() => abort.abort(new Error('enough')), 50)
      await expect(
        vendas.query('select pg_sleep(5)', [], { signal: abort.signal }),
      ).rejects.toThrow('enough')
      expect(await vendas.count('itens')).toBe(0)
    })
  })

  it('finds a pooler that takes every parameter by the sessions it gives', async () => {
    const settings = { ignore_startup_parameters: 'options' }
    await using silent = await startPgBouncer({ server, settings })
    const warnings: string[] = []
    await using pools = new MultiPoolManager({
      connectionString: silent?.through(target.connectionString) ?? '',
      log: (_, message) => warnings.push(message),
    })
    const sessions = await Promise.all(
      Array.from({ length: 5 }, () =>
        pools.sessions.acquire({
          identity: { kind: 'application' },
          purpose: 'module',
          access: 'write',
          module: 'm',
        }),
      ),
    )
    for (const session of sessions) {
      expect(session.backendPid).toBe(0)
      session.release()
    }
    expect(warnings).toHaveLength(1)
    expect(pools.getBudget()).toMatchObject({ kind: 'fixed', places: 20 })
  })

  it('is an error where it was ruled out', async () => {
    await expect(open({}, { pooler: 'none' })).rejects.toMatchObject({
      message: expect.stringMatching(/unsupported startup parameter/),
    })
  })
})
