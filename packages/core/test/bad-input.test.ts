import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createDatabase, type Database, type ModuleDatabase } from '../src/index.js'
import { databaseAt, withModuleAt } from './items-module.js'

let target: TestDatabase
let address: string
let outside: pg.Client

beforeAll(async () => {
  target = await testDatabase()
  address = target.connectionString
  outside = new pg.Client(target.superuser.connectionString)
  await outside.connect()
})

afterAll(async () => {
  await outside.end()
  await target.drop()
})

const withModule = <T>(
  work: (vendas: ModuleDatabase, database: Database) => Promise<T>,
  options: object = {},
) => withModuleAt(address, work, options)

async function isConnected(pid: number): Promise<boolean> {
  const { rowCount } = await outside.query('select from pg_stat_activity where pid = $1', [pid])
  return rowCount === 1
}

describe('configuration', () => {
  it.each([
    ['no connectionString', undefined, {}, 'connectionString'],
    ['an empty one', '', {}, 'connectionString'],
    ['another database’s', 'mysql://localhost/x', {}, 'connectionString'],
    ['a short secret', 'postgres://localhost/x', { secret: 'short' }, 'secret'],
    ['an unknown mode', 'postgres://localhost/x', { mode: 'staging' }, 'mode'],
    [
      'an unknown grade',
      'postgres://localhost/x',
      { isolation: { login: 'own' } },
      'isolation.login',
    ],
    ['a pool of none', 'postgres://localhost/x', { poolConfig: { max: 0 } }, 'poolConfig.max'],
  ])('refuses %s before anything connects', (_, connectionString, options, key) => {
    expect(() => databaseAt(connectionString, options)).toThrow(
      expect.objectContaining({
        code: 'PLT_CONFIG_INVALID',
        details: { key },
        remedy: expect.stringMatching(/\w/),
      }),
    )
  })

  it('names the environment variable of a missing secret in production', () => {
    expect(() => createDatabase({ connectionString: 'postgres://localhost/x' })).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining('PLATAFORMA_SECRET') }),
    )
  })
})

describe('bad input', () => {
  it('a value that is no UUID names column and value, and nothing is written', async () => {
    await withModule(async (vendas) => {
      await expect(
        vendas.insert('itens', [{ n: 10 }, { id: 'org-123', n: 11 }]),
      ).rejects.toMatchObject({
        code: 'PLT_VALUE_INVALID',
        column: 'id',
        message: expect.stringContaining('org-123'),
      })
      expect(await vendas.count('itens', { where: { n: { $in: [10, 11] } } })).toBe(0)
    })
  })

  it('a tenant that does not fit the column is told as such', async () => {
    await withModule(async (vendas, database) => {
      const call = database.withContext({ tenantId: 'org-123' }, () => vendas.select('itens'))
      await expect(call).rejects.toMatchObject({ code: 'PLT_TENANT_ID_INVALID' })
    })
  })

  it('a tenant that is longer than the column is told as such', async () => {
    await withModule(async (vendas, database) => {
      await vendas.createTable('curtos', [
        { name: 'id', type: 'UUID', primaryKey: true },
        { name: 'organization_id', type: 'VARCHAR(3)' },
      ])
      const insert = (tenantId: string) =>
        database.withContext({ tenantId }, () =>
          vendas.insert('curtos', [{}], { returning: false }),
        )
      await expect(insert('abcd')).rejects.toMatchObject({
        code: 'PLT_TENANT_ID_INVALID',
        column: 'organization_id',
      })
      expect(await insert('äöü')).toEqual({ affectedRows: 1 })
      await vendas.dropTable('curtos')
    })
  })

  it.each([
    ['isolationLevel', { isolationLevel: 'serializable; drop table x' as never }],
    ['isolationLevel', { isolationLevel: 'snapshot' as const }],
    ['retries', { retries: -1 }],
    ['retries', { retries: Number.POSITIVE_INFINITY }],
  ])('the %s of a transaction in %j', async (option, options) => {
    await withModule(async (vendas) => {
      const run = vi.fn(async () => undefined)
      await expect(vendas.transaction(run, options)).rejects.toMatchObject({
        code: 'PLT_OPTION_INVALID',
        message: expect.stringContaining(option),
        remedy: expect.any(String),
      })
      expect(run).not.toHaveBeenCalled()
    })
  })

  it('a transaction that waits too long says which limit it met, and what to do', async () => {
    const limits = [
      ['idle_in_transaction_session_timeout', '25P03', 'idleInTransactionTimeoutMs'],
      ['transaction_timeout', '25P04', 'transaction_timeout'],
    ] as const
    const { rows } = await outside.query<{ name: string }>('select name from pg_settings')
    const known = new Set(rows.map(({ name }) => name))
    await withModule(async (vendas) => {
      // Before version 17 PostgreSQL has only the first.
      for (const [setting, sqlState, remedy] of limits.filter(([name]) => known.has(name))) {
        const timeout = { code: 'PLT_TIMEOUT', sqlState, remedy: expect.stringContaining(remedy) }
        const dawdle = async (tx: Pick<ModuleDatabase, 'query'>) => {
          const [{ pid } = {}] = await tx.query<{ pid: number }>(
            'select pg_backend_pid() as pid, set_config($1, $2, true)',
            [setting, '50'],
          )
          await expect.poll(() => isConnected(Number(pid))).toBe(false)
        }
        const statementAfter = vendas.transaction(async (tx) => {
          await dawdle(tx)
          await tx.query('select 1')
        })
        await expect(statementAfter).rejects.toMatchObject(timeout)
        await expect(vendas.transaction(dawdle)).rejects.toMatchObject(timeout)
      }
    })
  })

  it('a transaction whose process was busy hears which limit it met, not that the outcome is unknown', async () => {
    await withModule(async (vendas) => {
      const { rows } = await outside.query<{ name: string }>('select name from pg_settings')
      const known = new Set(rows.map(({ name }) => name))
      const limits = [
        ['idle_in_transaction_session_timeout', '25P03'],
        ['transaction_timeout', '25P04'],
      ] as const
      for (const [setting, sqlState] of limits.filter(([name]) => known.has(name))) {
        const busy = async (tx: Pick<ModuleDatabase, 'query'>) => {
          await tx.query('select set_config($1, $2, true)', [setting, '50'])
          // Nothing of what the server says is read meanwhile.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
        }
        const timeout = { code: 'PLT_TIMEOUT', sqlState }
        await expect.soft(vendas.transaction(busy)).rejects.toMatchObject(timeout)
        const statementAfter = vendas.transaction(async (tx) => {
          await busy(tx)
          await tx.query('select 1')
        })
        await expect.soft(statementAfter).rejects.toMatchObject(timeout)
      }
    })
  })

  it('a conflict of transactions says what to do', async () => {
    await withModule(async (vendas) => {
      await vendas.insert('itens', [{ n: 77 }])
      const add = (tx: Pick<ModuleDatabase, 'update'>) =>
        tx.update('itens', { n: 78 }, { where: { n: 77 } })
      const late = vendas.transaction(
        async (tx) => {
          await tx.count('itens')
          await outside.query('update module_vendas.itens set n = n where n = 77')
          await add(tx)
        },
        { isolationLevel: 'repeatable read' },
      )
      await expect(late).rejects.toMatchObject({
        sqlState: '40001',
        remedy: expect.stringContaining('retries'),
      })
    })
  })

  it('a table that another process altered costs a transaction one more run', async () => {
    await withModule(
      async (vendas) => {
        const all = (tx: Pick<ModuleDatabase, 'query'>) => tx.query('select * from itens limit 0')
        const byKysely = () => vendas.db.selectFrom('itens').selectAll().limit(0).execute()
        const ways = [all, byKysely]
        for (const way of [...ways, ...ways, ...ways]) await vendas.transaction(way)
        const alter = (column: string) =>
          outside.query(`alter table module_vendas.itens add column ${column} int`)
        await alter('a')
        await expect(vendas.transaction(all)).rejects.toMatchObject({
          sqlState: '0A000',
          remedy: expect.stringContaining('retries'),
        })
        await vendas.transaction(all)
        expect(await vendas.query('select * from itens limit 0')).toEqual([])
        await alter('b')
        for (const way of ways) await vendas.transaction(way, { retries: 1 })
        await alter('c')
        await vendas.transaction(async (tx) => {
          await expect(vendas.transaction(all)).rejects.toMatchObject({ sqlState: '0A000' })
          await all(tx)
        })
        expect(await all(vendas)).toEqual([])
        // The next module is opened with the table as it is defined.
        await outside.query(
          'alter table module_vendas.itens drop column a, drop column b, drop column c',
        )
      },
      { poolConfig: { max: 1 } },
    )
  })

  it.each([
    [undefined, 'has no'],
    [null, 'has no'],
    ['', 'has no'],
    [7, 'is of type number, expected a text'],
    [{}, 'is of type object, expected a text'],
  ])('a context with tenantId %j', async (tenantId, message) => {
    await using database = databaseAt(address)
    await expect(
      database.withContext({ tenantId } as { tenantId: string }, () => undefined),
    ).rejects.toMatchObject({
      code: 'PLT_TENANT_ID_INVALID',
      message: expect.stringContaining(message),
    })
  })

  it.each(['', 'Vendas', '1a', 'pg_x', 'a-b', 'a"b', 'x'.repeat(41), 'módulo'])(
    'the module name %j',
    async (name) => {
      await using database = databaseAt(address)
      await database.initialize()
      await expect(database.createModule(name)).rejects.toMatchObject({
        code: 'PLT_MODULE_NAME_INVALID',
      })
    },
  )

  it('asSystem without a reason, and an unknown module', async () => {
    await using database = databaseAt(address)
    await database.initialize()
    await expect(database.asSystem({ reason: ' ' }, () => 1)).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
    })
    expect(() => database.module('nowhere')).toThrow(
      expect.objectContaining({ code: 'PLT_MODULE_NOT_FOUND' }),
    )
  })
})
