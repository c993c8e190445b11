import {
  sharedPostgres,
  startPgBouncer,
  type TestDatabase,
  testDatabase,
} from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { beforeEach, describe, expect, it } from 'vitest'
import { openPlainGround } from './plain-ground.js'

let target: TestDatabase

beforeEach(async () => {
  target = await testDatabase()
  return () => target.drop()
})

function handle(connectionString: string, max = 4): Kysely<unknown> {
  return new Kysely({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString, max }) }),
  })
}

describe('a plain PostgreSQL', () => {
  it('has a schema for a module and one for extensions, made once by many', async () => {
    const grounds = await Promise.all(
      [1, 2, 3].map(() => openPlainGround({ connectionString: target.connectionString })),
    )
    try {
      await Promise.all(grounds.map((ground) => ground.ensureModule('vendas')))
      const [ground] = grounds
      if (ground === undefined) throw new Error('There are three.')
      await ground.ensureModule('vendas')
      const settings = await ground.settingsFor('vendas', ground.db)
      expect(settings).toEqual([
        { name: 'search_path', value: 'module_vendas, extensions, public, pg_temp' },
      ])
      const { rows } = await sql`
        SELECT nspname FROM pg_namespace WHERE nspname ~ '^(module_|extensions)' ORDER BY 1`.execute(
        ground.db,
      )
      expect(rows).toEqual([{ nspname: 'extensions' }, { nspname: 'module_vendas' }])
    } finally {
      await Promise.all(grounds.map((ground) => ground.close()))
    }
  })

  it('refuses a name that is no module before any SQL', async () => {
    await using db = handle(target.connectionString)
    const ground = await openPlainGround({ db })
    await expect(ground.ensureModule('Vendas; drop')).rejects.toMatchObject({
      code: 'PLT_MODULE_NAME_INVALID',
    })
  })

  it('has sessions of its own for the lock and every worker, under its name', async () => {
    const ground = await openPlainGround({
      connectionString: target.connectionString,
      parallel: 6,
    })
    const names: unknown[] = []
    const hold = async (left: number): Promise<void> => {
      if (left === 0) return
      await ground.db.connection().execute(async (session) => {
        const { rows } = await sql`
          SELECT current_setting('application_name') AS name,
            current_setting('idle_session_timeout') AS idle`.execute(session)
        names.push(rows[0])
        await hold(left - 1)
      })
    }
    await hold(7)
    await ground.close()
    expect(names).toEqual(Array(7).fill({ name: 'plataforma migrations', idle: '0' }))
  })

  it('survives the end of a session that nobody waits on', async () => {
    const ground = await openPlainGround({ connectionString: target.connectionString })
    await using other = handle(target.connectionString)
    await ground.db.connection().execute(async (held) => {
      const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(held)
      await sql`SELECT pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(other)
      await expect(sql`SELECT 1`.execute(held)).rejects.toThrow()
    })
    // The pool may lend the broken one once more, before it hears of the end of its socket.
    const one = () => sql`SELECT 1 AS one`.execute(ground.db).then(({ rows }) => rows, String)
    await expect.poll(one).toEqual([{ one: 1 }])
    await ground.close()
  })

  it('tells a server that does not answer by its code', async () => {
    const url = new URL(target.connectionString)
    url.port = '1'
    await expect(openPlainGround({ connectionString: url.href })).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
    })
  })

  it('does not wait for ever on a handle of one connection', async () => {
    await using db = handle(target.connectionString, 1)
    expect(await (await openPlainGround({ db })).isPooled()).toBe(false)
  })
})

const server = await sharedPostgres()
const trial = await startPgBouncer({ server })
await trial?.close()

describe.skipIf(trial === undefined)('behind a pooler', () => {
  const started = async () => {
    const pooler = await startPgBouncer({ server, settings: { default_pool_size: 4 } })
    if (pooler === undefined) throw new Error('There was one a moment ago.')
    return pooler
  }

  it('is noticed by a connection of its own, and past it by directUrl', async () => {
    const pooler = await started()
    try {
      const connectionString = pooler.through(target.connectionString)
      const pooled = await openPlainGround({ connectionString })
      expect(await pooled.isPooled()).toBe(true)
      await pooled.close()
      const directUrl = target.connectionString
      const direct = await openPlainGround({ connectionString, directUrl })
      expect(await direct.isPooled()).toBe(false)
      await direct.close()
    } finally {
      await pooler.close()
    }
  })

  it('is noticed on a handle that was given', async () => {
    const pooler = await started()
    try {
      await using db = handle(pooler.through(target.connectionString))
      expect(await (await openPlainGround({ db })).isPooled()).toBe(true)
      await using direct = handle(target.connectionString)
      expect(await (await openPlainGround({ db: direct })).isPooled()).toBe(false)
    } finally {
      await pooler.close()
    }
  })
})
