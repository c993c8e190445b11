import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startTcpProxy, type TcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Database, ModuleDatabase } from '../src/index.js'
import { databaseAt, SECRET, TENANT, withModuleAt } from './items-module.js'

let target: TestDatabase
let proxy: TcpProxy
let address: string
let outside: pg.Client

beforeAll(async () => {
  target = await testDatabase()
  const url = new URL(target.connectionString)
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) })
  url.host = `${proxy.host}:${proxy.port}`
  address = url.href
  outside = new pg.Client(target.superuser.connectionString)
  await outside.connect()
})

afterAll(async () => {
  await outside.end()
  await proxy.close()
  await target.drop()
})
const withModule = <T>(
  work: (vendas: ModuleDatabase, database: Database) => Promise<T>,
  options: object = {},
) => withModuleAt(address, work, options)

/** Ends the backend that runs a statement holding `text`. */
async function terminate(text: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { rowCount } = await outside.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = $1 and pid <> pg_backend_pid() and state <> 'idle' and query like $2`,
          [target.name, `%${text}%`],
        )
        return rowCount
      },
      { timeout: 10_000 },
    )
    .toBeGreaterThan(0)
}

describe('a server that is not there', () => {
  it('rejects initialize with a remedy, and initialize works once it is there', async () => {
    await using database = databaseAt(address)
    await proxy.refuse()
    await expect(database.initialize()).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
      remedy: expect.stringMatching(/\w/),
    })
    expect((await database.healthCheck()).overall).toBe('unhealthy')
    await proxy.restore()
    await database.initialize()
    expect((await database.healthCheck()).overall).toBe('healthy')
  })

  it('rejects a wrong password with a remedy', async () => {
    const url = new URL(address)
    url.password = 'wrong'
    await using database = databaseAt(url.href)
    await expect(database.initialize()).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
      sqlState: '28P01',
    })
  })

  it('answers health within a second when the server hangs, and is healthy again after', async () => {
    const printed = vi.spyOn(console, 'error')
    await withModule(async (_, database) => {
      proxy.blackHole()
      const started = performance.now()
      const health = await database.healthCheck()
      expect(performance.now() - started).toBeLessThan(1_000)
      expect(health).toMatchObject({
        overall: 'unhealthy',
        components: { database: { status: 'unhealthy' }, redis: { status: 'disabled' } },
      })
      await proxy.restore()
      proxy.cut()
      await expect.poll(async () => (await database.healthCheck()).overall).toBe('healthy')
    })
    expect(printed).not.toHaveBeenCalled()
    printed.mockRestore()
  })
})

describe('a connection that dies', () => {
  it('during a query: a typed error, and the next call works', async () => {
    await withModule(async (vendas) => {
      const victim = vendas.query("select pg_sleep(30), 'victim-query'").catch((error) => error)
      await terminate('victim-query')
      expect(await victim).toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
      expect(await vendas.query('select 1 as one')).toEqual([{ one: 1 }])
    })
  })

  it('during a transaction: nothing is half written', async () => {
    await withModule(async (vendas) => {
      const victim = vendas
        .transaction(async (tx) => {
          await tx.insert('itens', [{ n: 1 }])
          await tx.query("select pg_sleep(30), 'victim-transaction'")
        })
        .catch((error) => error)
      await terminate('victim-transaction')
      expect(await victim).toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
      expect(await vendas.count('itens', { where: { n: 1 } })).toBe(0)
    })
  })

  it('between the statements of a transaction: the next statement says so', async () => {
    await withModule(async (vendas) => {
      await expect(
        vendas.transaction(async (tx) => {
          await tx.insert('itens', [{ n: 2 }])
          await terminate('insert')
          await tx.insert('itens', [{ n: 3 }])
        }),
      ).rejects.toMatchObject({ code: 'PLT_DATABASE_UNAVAILABLE' })
      expect(await vendas.count('itens', { where: { n: { $in: [2, 3] } } })).toBe(0)
    })
  })

  it('between two calls: at most one call fails', async () => {
    await withModule(async (vendas) => {
      await vendas.count('itens')
      proxy.cut()
      await expect.poll(() => vendas.count('itens').catch(() => -1)).toBe(0)
    })
  })

  it('during COMMIT: the outcome is unknown, and says so', async () => {
    await withModule(async (vendas) => {
      await expect(
        vendas.transaction(async (tx) => {
          await tx.insert('itens', [{ n: 4 }])
          proxy.blackHole('toClient')
          setTimeout(() => proxy.cut(), 200)
        }),
      ).rejects.toMatchObject({ code: 'PLT_OUTCOME_UNKNOWN' })
      await proxy.restore()
    })
  })
})

describe('limits', () => {
  it('an exhausted pool tells the waiting caller', async () => {
    await withModule(
      async (vendas) => {
        const sleeping = vendas.query('select pg_sleep(5)')
        await expect(vendas.query('select 1')).rejects.toMatchObject({ code: 'PLT_POOL_TIMEOUT' })
        await sleeping
      },
      { poolConfig: { max: 1 }, acquireTimeoutMs: 1_500 },
    )
  })

  it('close during work ends everything with errors, and later calls are refused', async () => {
    await withModule(async (vendas, database) => {
      const calls = Promise.allSettled([
        vendas.query('select pg_sleep(60)'),
        ...Array.from({ length: 20 }, () => vendas.query('select pg_sleep(0.01)')),
      ])
      const started = performance.now()
      await database.close()
      expect(performance.now() - started).toBeLessThan(8_000)
      expect((await calls)[0]).toMatchObject({ status: 'rejected' })
      await expect(vendas.query('select 1')).rejects.toMatchObject({ code: 'PLT_CLOSED' })
      await expect(database.initialize()).rejects.toMatchObject({ code: 'PLT_CLOSED' })
    })
  }, 20_000)

  it('a process that calls close() exits by itself', async () => {
    const script = `
      import { createDatabase } from '@plataforma/core'
      const database = createDatabase({ connectionString: ${JSON.stringify(address)}, secret: '${SECRET}' })
      await database.initialize()
      const vendas = await database.createModule('vendas')
      await database.withContext({ tenantId: '${TENANT}' }, () => vendas.query('select 1'))
      await database.close()
      console.log('closed')
    `
    const child = spawn(
      process.execPath,
      ['--conditions', 'plataforma-source', '--import', 'tsx', '--input-type=module', '-e', script],
      { cwd: new URL('..', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let output = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    const [code] = await once(child, 'exit')
    expect({ code, output }).toEqual({ code: 0, output: 'closed\n' })
  })
})
