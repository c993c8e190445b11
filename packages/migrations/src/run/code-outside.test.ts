import { createDatabase, type PluginHost } from '@plataforma/core'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { openHostGround } from '../ground/host-ground.js'
import { MigrationSystem } from '../system/migration-system.js'
import { Migrated } from './engine.fixture.js'

const OUTSIDE = `
export const metadata = { version: '1.0.0', transaction: false }\n`

const A = { 'vendas/001_a.sql': 'CREATE TABLE a (n int UNIQUE);' }

it('code outside of a transaction makes an index concurrently, and transactions of its own', async () => {
  await using migrated = await Migrated.make(A)
  await migrated.write({
    'vendas/002_b.mjs': `${OUTSIDE}
      const raw = (db, text) => db.executeQuery({ sql: text, parameters: [], query: { kind: 'RawNode' } })
      export async function up(db) {
        await raw(db, 'CREATE INDEX CONCURRENTLY a_n ON a (n)')
        await db.transaction().execute((trx) => trx.insertInto('a').values({ n: 1 }).execute())
        await db.transaction().execute(async (trx) => {
          await trx.insertInto('a').values({ n: 2 }).execute()
          throw new Error('undone')
        }).catch(() => {})
        await db.insertInto('a').values({ n: 1 }).execute().catch(() => {})
        await Promise.all([3, 4, 5].map((n) => db.insertInto('a').values({ n }).execute()))
        await raw(db, 'CREATE TABLE state AS SELECT state FROM plataforma.migrations')
        for await (const { n } of db.selectFrom('a').selectAll().orderBy('n').stream(2)) {
          await db.insertInto('a').values({ n: 10 * n }).execute()
        }
      }
      export async function down(db) {
        await raw(db, 'DROP INDEX CONCURRENTLY a_n')
        await db.deleteFrom('a').execute()
      }`,
  })
  const system = migrated.system()
  await system.runAllMigrations()
  const index = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'module_vendas.a_n'::regclass"
  expect(await migrated.rows(index)).toEqual([{ indisvalid: true }])
  expect(await migrated.rows('SELECT n FROM module_vendas.a ORDER BY n')).toEqual(
    [1, 3, 4, 5, 10, 30, 40, 50].map((n) => ({ n })),
  )
  expect(await migrated.rows('SELECT state FROM module_vendas.state ORDER BY 1')).toEqual([
    { state: 'applied' },
    { state: 'running' },
  ])
  expect(await migrated.applied()).toEqual(['vendas:001_a', 'vendas:002_b'])
  await system.rollback({ module: 'vendas', steps: 1 })
  expect(await migrated.rows('SELECT n FROM module_vendas.a')).toEqual([])
  expect(await migrated.applied()).toEqual(['vendas:001_a'])
})

it('code outside of a transaction that failed needs attention, until it is settled', async () => {
  await using migrated = await Migrated.make(A)
  let isBroken = true
  const begun: unknown[] = []
  const system = migrated.system({
    sources: [
      {
        module: 'vendas',
        name: '002_b',
        metadata: { transaction: false },
        up: async (db) => {
          // Also where the first thing that it does is in no transaction.
          begun.push(...(await migrated.rows('SELECT state FROM plataforma.migration_progress')))
          await db.schema.createTable(isBroken ? 'b' : 'c').execute()
          if (isBroken) throw new Error('broken')
        },
      },
    ],
  })
  await expect(system.runAllMigrations()).rejects.toMatchObject({ code: 'PLT_MIGRATION_FAILED' })
  for (let time = 0; time < 2; time++) {
    await expect(system.runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_NEEDS_ATTENTION',
    })
  }
  isBroken = false
  await system.repair({ module: 'vendas', name: '002_b', as: 'retry' })
  await system.runAllMigrations()
  expect(await migrated.applied()).toEqual(['vendas:001_a', 'vendas:002_b'])
  expect(await migrated.rows("SELECT to_regclass('module_vendas.b')::text AS b")).toEqual([
    { b: 'module_vendas.b' },
  ])
  expect(begun).toEqual([{ state: 'begun' }, { state: 'begun' }])
})

it('what code makes outside of a transaction is protected before it is seen', async () => {
  await using migrated = await Migrated.make(A)
  const database = createDatabase({
    connectionString: migrated.database.connectionString,
    secret: 'a secret for tests only',
    plugins: [{ name: 'host', setup: async (host: PluginHost) => host } as const],
  })
  await database.initialize()
  const seen: unknown[] = []
  const look = async () => {
    seen.push(
      await migrated.rows(`SELECT relname, relforcerowsecurity AS forced FROM pg_class
        WHERE relname IN ('made', 'begun') ORDER BY 1`),
    )
  }
  await using system = new MigrationSystem({
    ground: await openHostGround(database.host),
    directory: migrated.directory,
    types: false,
    sources: [
      {
        module: 'vendas',
        name: '002_b',
        metadata: { transaction: false },
        up: async (db) => {
          await db.schema.createTable('made').addColumn('organization_id', 'uuid').execute()
          await look()
          await db.transaction().execute(async (trx) => {
            await trx.schema.createTable('begun').addColumn('organization_id', 'uuid').execute()
          })
          await look()
          await db.schema.createTable('who').addColumn('name', 'text').execute()
          const name = sql<string>`current_user`
          const insert = () => db.insertInto('who').values({ name }).execute()
          // One after the other begins where those before it are at another step.
          const many = [0, 1, 2, 3, 4, 5].map(async (steps) => {
            for (let step = 0; step < steps; step++) await look()
            await insert()
            await insert()
          })
          await Promise.all([...many, db.transaction().execute(insert)])
        },
      },
    ],
  })
  await system.runAllMigrations()
  const made = { relname: 'made', forced: true }
  expect(seen.slice(0, 2)).toEqual([[made], [{ relname: 'begun', forced: true }, made]])
  const owners = await migrated.rows(`SELECT DISTINCT name = pg_get_userbyid(nspowner) AS owner
    FROM module_vendas.who, pg_namespace WHERE nspname = 'module_vendas'`)
  expect(owners).toEqual([{ owner: true }])
  await database.close()
})
