import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlataformaDialect } from '../dialect/plataforma-dialect.js'
import type { ModuleDatabase } from '../module/module-database.js'
import { createDatabase } from './create-database.js'
import type { Database } from './database.js'

const A = '0190a7c2-0000-7000-8000-00000000000a'
const B = '0190a7c2-0000-7000-8000-00000000000b'

describe.each(['shared', 'dedicated'] as const)('a database, %s logins', (login) => {
  let target: TestDatabase
  let database: Database
  let vendas: ModuleDatabase
  let estoque: ModuleDatabase

  beforeAll(async () => {
    target = await testDatabase()
    database = createDatabase({
      connectionString: target.connectionString,
      secret: 'a secret for tests only',
      isolation: { login },
    })
    await database.initialize()
    vendas = await database.createModule('vendas')
    estoque = await database.createModule('estoque')
    for (const module of [vendas, estoque]) {
      await module.createTable('itens', [
        { name: 'id', type: 'BIGINT', primaryKey: true },
        { name: 'organization_id', type: 'UUID', nullable: false },
        { name: 'nome', type: 'TEXT' },
      ])
    }
  })

  afterAll(async () => {
    await database.close()
    await target.drop()
  })

  const as = <T>(tenantId: string, fn: () => Promise<T>) => database.withContext({ tenantId }, fn)

  it('shows each tenant its own rows, by verbs, Kysely and raw SQL', async () => {
    await as(A, () => vendas.insert('itens', [{ id: 1, nome: 'de A' }]))
    await as(B, () => vendas.insert('itens', [{ id: 2, nome: 'de B' }]))
    expect(await as(A, () => vendas.select('itens'))).toEqual([
      { id: '1', organization_id: A, nome: 'de A' },
    ])
    expect(await as(B, () => vendas.db.selectFrom('itens').select('nome').execute())).toEqual([
      { nome: 'de B' },
    ])
    expect(await as(B, () => vendas.query('select nome from itens where id > $1', [0]))).toEqual([
      { nome: 'de B' },
    ])
    expect(await database.asSystem({ reason: 'count' }, () => vendas.count('itens'))).toBe(2)
  })

  it('refuses a call without a context', async () => {
    await expect(vendas.select('itens')).rejects.toMatchObject({
      code: 'PLT_TENANT_CONTEXT_REQUIRED',
    })
    await expect(vendas.db.selectFrom('itens').selectAll().execute()).rejects.toMatchObject({
      code: 'PLT_TENANT_CONTEXT_REQUIRED',
    })
  })

  it('joins calls into the transaction, nests by savepoints and runs the callbacks once', async () => {
    const events: string[] = []
    await as(A, () =>
      vendas.transaction(async (tx) => {
        tx.afterCommit(() => events.push('committed'))
        await tx.insert('itens', [{ id: 10, nome: 'x' }])
        expect(await vendas.count('itens', { where: { id: 10 } })).toBe(1)
        expect(
          (await vendas.db.selectFrom('itens').select('id').where('id', '=', '10').execute())
            .length,
        ).toBe(1)
        await vendas
          .transaction(async (inner) => {
            inner.afterRollback(() => events.push('rolled back'))
            await inner.insert('itens', [{ id: 11, nome: 'y' }])
            throw new Error('inner')
          })
          .catch((error: Error) => expect(error.message).toBe('inner'))
        expect(await vendas.count('itens', { where: { id: 11 } })).toBe(0)
      }),
    )
    expect(events).toEqual(['rolled back', 'committed'])
    expect(await as(A, () => vendas.count('itens', { where: { id: { $in: [10, 11] } } }))).toBe(1)
  })

  it('holds a nested transaction to its own `readOnly`, and refuses what is the outermost’s', async () => {
    const write = () => vendas.update('itens', { nome: 'z' }, { where: { id: 10 } })
    await as(A, () =>
      vendas.transaction(async () => {
        await expect(vendas.transaction(write, { readOnly: true })).rejects.toMatchObject({
          sqlState: '25006',
        })
        for (const options of [{ isolationLevel: 'serializable' as const }, { retries: 1 }]) {
          await expect(vendas.transaction(write, options)).rejects.toMatchObject({
            code: 'PLT_OPTION_INVALID',
          })
        }
        await vendas.transaction(write)
      }),
    )
  })

  it('runs a transaction across modules, each statement under its role', async () => {
    await as(A, () =>
      database.transaction(async (tx) => {
        await tx.module('vendas').insert('itens', [{ id: 20, nome: 'venda' }])
        await tx.module('estoque').insert('itens', [{ id: 20, nome: 'saldo' }])
        const [row] = await tx
          .module('vendas')
          .query<{ role: string }>('select current_user as role')
        expect(row?.role).toContain('_run_vendas')
      }),
    )
    await expect(
      as(A, () =>
        database.transaction(async (tx) => {
          await tx.module('vendas').insert('itens', [{ id: 21, nome: 'venda' }])
          throw new Error('no')
        }),
      ),
    ).rejects.toThrow('no')
    expect(await as(A, () => estoque.select('itens', { columns: ['nome'] }))).toEqual([
      { nome: 'saldo' },
    ])
    expect(await as(A, () => vendas.count('itens', { where: { id: 21 } }))).toBe(0)
  })

  it('refuses another tenant inside an open transaction', async () => {
    await expect(
      as(A, () => vendas.transaction(() => as(B, () => vendas.count('itens')))),
    ).rejects.toMatchObject({ code: 'PLT_CONTEXT_CHANGED_IN_TRANSACTION' })
  })

  it('refuses what a module may not send and another module’s tables', async () => {
    await expect(as(A, () => vendas.query('drop table itens'))).rejects.toMatchObject({
      code: 'PLT_STATEMENT_NOT_ALLOWED',
    })
    await expect(
      as(A, () => vendas.query('select * from module_estoque.itens')),
    ).rejects.toMatchObject({ sqlState: '42501' })
  })

  it('streams in the context of the call', async () => {
    const stream = await as(A, async () => vendas.stream('itens', { columns: ['organization_id'] }))
    for await (const row of stream) expect(row.organization_id).toBe(A)
  })

  it('leaves nothing of a raw statement for the next one', async () => {
    await as(A, () =>
      vendas.query(`select set_config('search_path', 'pg_catalog', false),
        set_config('plataforma.context', 'x', false), set_config('role', 'none', false)`),
    )
    for (let turn = 0; turn < 3; turn++) {
      expect(await as(B, () => vendas.select('itens', { columns: ['nome'] }))).toEqual([
        { nome: 'de B' },
      ])
    }
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int as n from pg_locks join pg_database as d on d.oid = database
      where locktype = 'advisory' and datname = current_database()`.execute(database.admin.db)
    expect(rows[0]?.n).toBe(0)
  })

  it('ends a statement at the call’s limit, and at the module’s', async () => {
    await expect(
      as(A, () => vendas.query('select pg_sleep(10)', [], { timeoutMs: 50 })),
    ).rejects.toMatchObject({ code: 'PLT_TIMEOUT' })
    const slow = await database.createModule('impaciente', { statementTimeoutMs: 50 })
    await expect(as(A, () => slow.query('select pg_sleep(10)'))).rejects.toMatchObject({
      code: 'PLT_TIMEOUT',
      sqlState: '57014',
    })
    expect(await as(A, () => vendas.query('select 1 as one'))).toEqual([{ one: 1 }])
  })

  it('is healthy', async () => {
    const health = await database.healthCheck()
    expect(health.overall).toBe('healthy')
  })
})

it('heals the password of a login that was changed, at the next connection', async () => {
  await using target = await testDatabase()
  await using database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
    tenantContext: 'optional',
  })
  await database.initialize()
  const vendas = await database.createModule('vendas')
  const { rows } = await sql<{ name: string }>`
    select rolname as name from pg_roles where rolname like ${'%\\_sys\\_%'} and rolcanlogin
      and pg_has_role(oid, ${database.isolation.isolation.names.system}, 'member')`.execute(
    database.admin.db,
  )
  await database.admin.script(`alter role "${rows[0]?.name}" password 'changed'`)
  expect(await vendas.query('select 1 as one')).toEqual([{ one: 1 }])
})

it('knows a table anew after it was protected, and opens doors between modules', async () => {
  await using target = await testDatabase()
  await using database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
  })
  await database.initialize()
  const [vendas, estoque] = [
    await database.createModule('vendas'),
    await database.createModule('estoque'),
  ]
  await database.asOwner('vendas', (trx) =>
    sql`create table notas (id int primary key, organization_id uuid, texto text)`.execute(trx),
  )
  const as = <T>(fn: () => Promise<T>) => database.withContext({ tenantId: A }, fn)
  await as(() => vendas.insert('notas', [{ id: 1, texto: 'x' }]))
  expect(await as(() => vendas.select('notas'))).toEqual([
    { id: 1, organization_id: A, texto: 'x' },
  ])
  const peek = () => as(() => estoque.query('select texto from module_vendas.notas'))
  await expect(peek()).rejects.toMatchObject({ sqlState: '42501' })
  const door = { from: 'vendas', to: 'estoque', tables: ['notas'] }
  await database.isolation.grantAccess({ ...door, privileges: ['SELECT'] })
  expect(await peek()).toEqual([{ texto: 'x' }])
  await database.isolation.revokeAccess(door)
  await expect(peek()).rejects.toMatchObject({ sqlState: '42501' })
  await database.isolation.dropModule('vendas', { confirm: 'vendas' })
  expect((await database.isolation.listModules()).map(({ name }) => name)).toEqual(['estoque'])
  expect(() => database.module('vendas')).toThrow(
    expect.objectContaining({ code: 'PLT_MODULE_NOT_FOUND' }),
  )
  const anew = await database.createModule('vendas')
  expect(await anew.hasTable('notas')).toBe(false)
  expect(database.module('vendas')).toBe(anew)
})

it('logs modules in by their own logins where the address has its login as parameters', async () => {
  await using target = await testDatabase()
  const url = new URL(target.connectionString)
  for (const name of ['user', 'password'] as const) {
    url.searchParams.set(name, target.administrator[name])
  }
  url.username = ''
  url.password = ''
  url.searchParams.set('options', '-c datestyle=German -c work_mem=5MB')
  await using database = createDatabase({
    connectionString: url.href,
    secret: 'a secret for tests only',
    isolation: { login: 'dedicated' },
  })
  await database.initialize()
  const vendas = await database.createModule('vendas')
  const facts = () =>
    vendas.query(
      `select session_user <> $1 as own, current_setting('datestyle') as datestyle,
      current_setting('work_mem') as work_mem`,
      [target.administrator.user],
    )
  expect(await database.withContext({ tenantId: A }, facts)).toEqual([
    { own: true, datestyle: 'ISO, MDY', work_mem: '5MB' },
  ])
})

it('reads values by the given parsers, in verbs, raw SQL and Kysely alike', async () => {
  await using target = await testDatabase()
  await using database = createDatabase({
    connectionString: target.connectionString,
    secret: 'a secret for tests only',
    parsers: { 20: BigInt },
  })
  await database.initialize()
  const vendas = await database.createModule('vendas')
  await vendas.createTable('contas', [
    { name: 'id', type: 'BIGINT', primaryKey: true },
    { name: 'organization_id', type: 'UUID' },
    { name: 'dia', type: 'DATE' },
  ])
  await database.withContext({ tenantId: A }, async () => {
    const row = { id: 9_007_199_254_740_993n, dia: '2024-02-29' }
    expect(await vendas.insert('contas', [row])).toMatchObject([row])
    expect(await vendas.select('contas')).toMatchObject([row])
    expect(await vendas.query('select * from contas')).toMatchObject([row])
    expect(await vendas.db.selectFrom('contas').selectAll().execute()).toMatchObject([row])
  })
})

it('reads arrays of enums and domains as arrays, in verbs, raw SQL and Kysely alike', async () => {
  await using target = await testDatabase()
  const open = async () => {
    const database = createDatabase({
      connectionString: target.connectionString,
      mode: 'development',
      poolConfig: { max: 1 },
      parsers: { 20: BigInt },
    })
    await database.initialize()
    return { database, vendas: await database.createModule('vendas') }
  }
  const { database, vendas } = await open()
  await using _one = database
  // It opens before there are such types.
  const other = await open()
  await using _other = other.database
  await database.asOwner('vendas', (trx) =>
    sql`create type cor as enum ('azul', 'verde, claro');
      create domain codigo as bigint check (value > 0);
      create domain codigo_curto as codigo check (value < 100)`.execute(trx),
  )
  await vendas.createTable('pecas', [
    { name: 'id', type: 'INTEGER', primaryKey: true },
    { name: 'cores', type: 'cor[]' },
    { name: 'codigos', type: 'codigo_curto[]' },
    { name: 'grade', type: 'cor[]' },
    { name: 'cor', type: 'cor' },
  ])
  const row = {
    id: 1,
    cores: ['azul', 'verde, claro', null],
    codigos: [1n, 99n],
    grade: [['azul'], ['verde, claro']],
    cor: 'azul',
  }
  expect(await vendas.insert('pecas', [row])).toEqual([row])
  for (const module of [vendas, other.vendas]) {
    for (let turn = 0; turn < 3; turn++) {
      expect(await module.select('pecas')).toEqual([row])
      expect(await module.query('select * from pecas')).toEqual([row])
      expect(await module.db.selectFrom('pecas').selectAll().execute()).toEqual([row])
    }
  }
  expect(await vendas.count('pecas', { where: { codigos: row.codigos } })).toBe(1)
})

it('hands a table over to Kysely once it was created, or found by hasTable', async () => {
  await using target = await testDatabase()
  const options = { connectionString: target.connectionString, mode: 'development' } as const
  await using one = createDatabase(options)
  await one.initialize()
  const created = await one.createModule('vendas')
  await created.createTable('itens', [{ name: 'id', type: 'UUID', primaryKey: true }])
  const compiled = (module: ModuleDatabase) => module.from('itens').toKysely().compile().sql
  expect(compiled(created)).toBe('select "itens".* from "itens"')

  await using other = createDatabase(options)
  await other.initialize()
  const opened = other.module('vendas')
  expect(() => compiled(opened)).toThrow('not known yet')
  expect(await opened.hasTable('itens')).toBe(true)
  expect(compiled(opened)).toBe('select "itens".* from "itens"')
  await opened.dropTable('itens')
  expect(() => compiled(opened)).toThrow('not known yet')
})

it('opens a module of another process by createModule', async () => {
  await using target = await testDatabase()
  const options = { connectionString: target.connectionString, mode: 'development' } as const
  await using one = createDatabase(options)
  await using other = createDatabase(options)
  await Promise.all([one.initialize(), other.initialize()])
  await one.createModule('vendas')
  expect(() => other.module('vendas')).toThrow(
    expect.objectContaining({ code: 'PLT_MODULE_NOT_FOUND' }),
  )
  await other.createModule('vendas')
  expect(other.module('vendas').name).toBe('vendas')
})

it('takes the address of a dialect in place of a connectionString', async () => {
  await using target = await testDatabase()
  const { user, password } = target.administrator
  const url = new URL(target.connectionString)
  const pool = new pg.Pool({
    host: url.hostname,
    port: Number(url.port),
    user,
    password,
    database: target.name,
  })
  await using database = createDatabase({
    dialect: new PlataformaDialect({ pool }),
    secret: 'a secret for tests only',
  })
  await database.initialize()
  expect((await database.healthCheck()).overall).toBe('healthy')
  await pool.end()
})
