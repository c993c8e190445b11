import { type PostgresServer, startPostgres } from '@plataforma/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { Migrated } from '../../src/run/engine.fixture.js'

let server: PostgresServer
let migrated: Migrated

beforeAll(async () => {
  server = await startPostgres()
})

afterAll(() => server.close())

beforeEach(() => async () => {
  await migrated[Symbol.asyncDispose]()
})

const GATE = 'SELECT pg_sleep(600);'

async function stands(): Promise<void> {
  const sleeps = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event = 'PgSleep'`
  await expect.poll(() => migrated.rows(sleeps)).toHaveLength(1)
}

async function restarted(mode: 'fast' | 'immediate'): Promise<void> {
  await server.restart({ mode })
  await migrated.reconnect()
}

const LOST = { code: 'PLT_DATABASE_UNAVAILABLE', remedy: expect.stringContaining('again') }

it.each(['fast', 'immediate'] as const)(
  'a restart (%s) in a transaction undoes it, and the next run does it',
  async (mode) => {
    migrated = await Migrated.make(
      { 'vendas/001_a.sql': 'CREATE TABLE a ()', 'vendas/002_b.sql': `CREATE TABLE b (); ${GATE}` },
      { server },
    )
    const system = migrated.system()
    const run = expect(system.runAllMigrations()).rejects.toMatchObject(LOST)
    await stands()
    await restarted(mode)
    await run
    expect(await migrated.applied()).toEqual(['vendas:001_a'])
    await migrated.write({ 'vendas/002_b.sql': 'CREATE TABLE b ()' })
    // The same system, whose connections are all gone.
    expect((await system.runAllMigrations()).applied).toMatchObject([{ name: '002_b' }])
  },
)

it.each(['fast', 'immediate'] as const)(
  'a restart (%s) between statements resumes behind the last one',
  async (mode) => {
    migrated = await Migrated.make(
      {
        'vendas/001_a.sql': `-- @metadata {"transaction": false}
        CREATE TABLE a (n int);
        SELECT pg_sleep(600) WHERE to_regclass('public.open') IS NULL;
        CREATE INDEX CONCURRENTLY a_n ON a (n);`,
      },
      { server },
    )
    const run = expect(migrated.system().runAllMigrations()).rejects.toMatchObject(LOST)
    await stands()
    await restarted(mode)
    await run
    await migrated.rows('CREATE TABLE public.open ()')
    expect((await migrated.system().runAllMigrations()).applied).toMatchObject([{ name: '001_a' }])
    expect(
      await migrated.rows(`SELECT indisvalid FROM pg_index
      WHERE indrelid = 'module_vendas.a'::regclass`),
    ).toEqual([{ indisvalid: true }])
  },
)

it.each(['fast', 'immediate'] as const)(
  'a restart (%s) in a COMMIT is told as what became of it',
  async (mode) => {
    migrated = await Migrated.make(
      {
        'vendas/001_a.sql': `CREATE TABLE a (n int);
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(600); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER late AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED
          FOR EACH ROW EXECUTE FUNCTION wait();`,
        'vendas/002_b.sql': 'INSERT INTO a VALUES (1);',
      },
      { server },
    )
    const run = expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
    })
    await stands()
    await restarted(mode)
    await run
    expect(await migrated.applied()).toEqual(['vendas:001_a'])
  },
)

it('restarts one after the other leave what an undisturbed run makes', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, n) => {
      const number = String(n + 1).padStart(3, '0')
      const index = n % 5 === 0 ? `CREATE INDEX CONCURRENTLY t${n}_n ON t${n} (n);` : ''
      const module = ['vendas', 'estoque', 'fiscal'][n % 3]
      return [`${module}/${number}_t.sql`, `CREATE TABLE t${n} (n int PRIMARY KEY); ${index}`]
    }),
  )
  migrated = await Migrated.make(files, { server })
  let failed = 0
  for (const after of [3, 17, 29, 41]) {
    const system = migrated.system()
    let restarting: Promise<void> | undefined
    const run = system.runAllMigrations({
      onProgress: ({ kind, ...progress }) => {
        const done = 'done' in progress ? progress.done : 0
        if (kind === 'applied' && done >= after % 12) restarting ??= restarted('immediate')
      },
    })
    await run.catch(() => failed++)
    await restarting
    await system.close()
  }
  await migrated.system().runAllMigrations()
  expect(failed).toBeGreaterThan(0)
  expect(await migrated.applied()).toHaveLength(60)
  expect(
    await migrated.rows(`SELECT count(*)::int AS tables,
      (SELECT count(*)::int FROM pg_index WHERE NOT indisvalid) AS invalid,
      (SELECT count(*)::int FROM pg_class WHERE relname ~ '^t\\d+_n$') AS indexes
      FROM pg_class WHERE relkind = 'r' AND relname ~ '^t\\d+$'`),
  ).toEqual([{ tables: 60, invalid: 0, indexes: 12 }])
  expect(
    await migrated.rows(`SELECT name FROM plataforma.migration_events WHERE event = 'applied'
      GROUP BY name HAVING count(*) > 1`),
  ).toEqual([])
})
