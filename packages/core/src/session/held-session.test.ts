import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDatabase } from '../database/create-database.js'
import { PlataformaDialect } from '../dialect/plataforma-dialect.js'
import type { DatabasePlugin } from '../plugin/plugin.js'
import { heldSession } from './held-session.js'
import { PgPoolSessionSource } from './pg-pool-session-source.js'
import type { Session } from './session.js'
import type { SessionRequest, SessionSource } from './session-source.js'

const TENANT = '0190a7c2-0000-7000-8000-00000000000a'
let server: TestDatabase

/** Remembers within which session each one was asked for. */
class WatchedSource implements SessionSource {
  readonly requests: { readonly within: Session | undefined; readonly got: Session }[] = []
  readonly #source: SessionSource

  constructor(source: SessionSource) {
    this.#source = source
  }

  async acquire(request: SessionRequest): Promise<Session> {
    const got = await this.#source.acquire(request)
    this.requests.push({ within: request.within, got })
    return got
  }

  close(): Promise<void> {
    return this.#source.close()
  }
}

beforeEach(async () => {
  server = await testDatabase()
})

afterEach(() => server[Symbol.asyncDispose]())

function watched() {
  const { connectionString } = server
  const logins = { loginOf: () => ({ key: 'app', config: { connectionString } }) }
  return new WatchedSource(new PgPoolSessionSource({ logins, max: 10 }))
}

const one = sql`select 1`

it('a call beside a transaction of Kysely, inside its callback, is made within its session', async () => {
  const source = watched()
  const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions: source }) })
  await db.transaction().execute(async (trx) => {
    await one.execute(trx)
    await one.execute(db)
  })
  const [transaction, inner] = source.requests
  expect(inner?.within).toBe(transaction?.got)
  expect(transaction?.within).toBeUndefined()
  await one.execute(db)
  expect(source.requests.at(-1)?.within).toBeUndefined()
  await db.destroy()
  await source.close()
})

it('transactions side by side, and calls beside them, are not within each other', async () => {
  const source = watched()
  const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions: source }) })
  const transaction = () =>
    db.transaction().execute(async (trx) => {
      await sql`select pg_sleep(0.02)`.execute(trx)
      await one.execute(db)
      await sql`select pg_sleep(0.02)`.execute(trx)
    })
  const started = transaction()
  await Promise.all([started, one.execute(db), transaction(), transaction(), one.execute(db)])
  const held = source.requests.map(({ within }) => within)
  expect(held.filter((session) => session === undefined)).toHaveLength(5)
  const inside = held.filter((session) => session !== undefined)
  expect(inside).toHaveLength(3)
  expect(new Set(inside).size).toBe(3)
  await db.destroy()
  await source.close()
})

it('after a transaction on a connection that is kept, calls are within that connection alone', async () => {
  const source = watched()
  const db = new Kysely<unknown>({ dialect: new PlataformaDialect({ sessions: source }) })
  await db.connection().execute(async (connection) => {
    for (let turn = 0; turn < 3; turn += 1) {
      await connection.transaction().execute((trx) => one.execute(trx))
    }
    await one.execute(db)
  })
  expect(source.requests.at(-1)?.within).toBe(source.requests[0]?.got)
  await one.execute(db)
  expect(source.requests.at(-1)?.within).toBeUndefined()
  await db.destroy()
  await source.close()
})

it('work of the administrator inside a transaction of a module is within its session', async () => {
  let source: WatchedSource | undefined
  const watch: DatabasePlugin = {
    name: 'watch',
    sessions(logins) {
      source = new WatchedSource(new PgPoolSessionSource({ logins, max: 10 }))
      return source
    },
    setup: async () => ({}),
  }
  const database = createDatabase({
    connectionString: server.connectionString,
    secret: 'a secret for tests only',
    plugins: [watch],
  })
  await database.initialize()
  const vendas = await database.createModule('vendas')
  await vendas.createTable('itens', [
    { name: 'id', type: 'UUID', primaryKey: true },
    { name: 'organization_id', type: 'UUID', nullable: false },
  ])
  await database.withContext({ tenantId: TENANT }, () =>
    vendas.transaction(async (tx) => {
      await tx.insert('itens', [{}])
      const held = heldSession()
      expect(held).toBeDefined()
      await database.admin.script('select 1')
      expect(source?.requests.at(-1)?.within).toBe(held)
      await one.execute(database.admin.db)
      expect(source?.requests.at(-1)?.within).toBe(held)
    }),
  )
  await database.close()
})
