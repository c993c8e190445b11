import pg from 'pg'
import { describe, expect, it } from 'vitest'
import {
  GRADES,
  LATE_POLICIES,
  ONE,
  OTHER,
  startPlatform,
  UNPROTECTED,
} from './platform.fixture.js'

const HEAD = '-- @metadata {"version": "1.0.0", "dependencies": []}\n'
const BASE = 'CREATE TABLE base (id int PRIMARY KEY, organization_id uuid NOT NULL);'

const LEFT = `
  SELECT c.relname AS name FROM pg_class c
  WHERE c.relnamespace = 'module_vendas'::regnamespace AND c.relkind IN ('r', 'p')
    AND (c.relrowsecurity OR c.relforcerowsecurity
      OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))`
const KNOWN = `SELECT name, rls FROM plataforma.tables WHERE module = 'vendas' ORDER BY 1`

const AWAY = [
  ['DROP COLUMN', 'ALTER TABLE base DROP COLUMN organization_id;'],
  ['DROP COLUMN of a named schema', 'ALTER TABLE module_vendas.base DROP organization_id;'],
  ['DROP COLUMN … CASCADE', 'ALTER TABLE base DROP COLUMN organization_id CASCADE;'],
  [
    'DROP COLUMN … CASCADE in DO',
    'DO $$ BEGIN ALTER TABLE base DROP COLUMN organization_id CASCADE; END $$;',
  ],
  ['RENAME COLUMN', 'ALTER TABLE base RENAME COLUMN organization_id TO empresa;'],
  ['RENAME COLUMN in DO', 'DO $$ BEGIN ALTER TABLE base RENAME organization_id TO x; END $$;'],
] as const

/** What takes the column away, or makes it another, and leaves the table with it. */
const AGAIN = [
  [
    'dropped and added again',
    'ALTER TABLE base DROP COLUMN organization_id; ALTER TABLE base ADD organization_id uuid;',
  ],
  [
    'dropped by CASCADE in DO and added again',
    `DO $$ BEGIN ALTER TABLE base DROP COLUMN organization_id CASCADE;
      ALTER TABLE base ADD organization_id uuid; END $$;`,
  ],
  [
    'another one by renaming',
    `ALTER TABLE base ADD nova uuid; ALTER TABLE base RENAME organization_id TO velha;
      ALTER TABLE base RENAME nova TO organization_id; ALTER TABLE base DROP velha;`,
  ],
  [
    'another one by renaming in DO',
    `DO $$ BEGIN ALTER TABLE base ADD nova uuid; ALTER TABLE base RENAME organization_id TO velha;
      ALTER TABLE base RENAME nova TO organization_id;
      ALTER TABLE base ALTER velha DROP NOT NULL; END $$;`,
  ],
  ['of another type', 'ALTER TABLE base ALTER COLUMN organization_id TYPE text;'],
  ['without forced row security', 'ALTER TABLE base DISABLE ROW LEVEL SECURITY;'],
  ['with a policy that lets all in', 'ALTER POLICY plataforma_tenant ON base USING (true);'],
] as const

describe.each(GRADES)('%s logins: the tenant column of a protected table', (grade) => {
  it('stays where code drops it without a word about what stands on it', async () => {
    const platform = await startPlatform({ grade, files: { '001_a.sql': BASE } })
    await platform.run()
    const file = `DO $$ BEGIN EXECUTE 'ALTER TABLE base DROP ' || 'organization_id'; END $$;`
    await expect(platform.run({ '002_b.sql': file })).rejects.toMatchObject({
      code: 'PLT_MIGRATION_FAILED',
      sqlState: '2BP01',
      remedy: expect.stringContaining('a statement of its own'),
    })
    expect(await platform.truth(UNPROTECTED)).toEqual([])
  })

  it.each(AWAY)('goes away by %s, and the protection with it', async (_, text) => {
    const platform = await startPlatform({ grade, files: { '001_a.sql': BASE } })
    await platform.run({ '002_b.sql': text })
    expect(await platform.truth(LEFT)).toEqual([])
    expect(await platform.truth(KNOWN)).toEqual([])
    await platform.as(ONE, 'SELECT id FROM base')
    await platform.run({
      '003_c.sql': 'ALTER TABLE base ADD COLUMN organization_id uuid;',
    })
    expect(await platform.truth(UNPROTECTED)).toEqual([])
  })

  it.each(AGAIN)('is protected before COMMIT where it is %s', async (_, text) => {
    const platform = await startPlatform({ grade, files: { '001_a.sql': BASE } })
    await platform.run({ '002_b.sql': text })
    expect(await platform.truth(UNPROTECTED)).toEqual([])
    expect(await platform.truth(LATE_POLICIES)).toEqual([])
    await platform.as(ONE, 'INSERT INTO base (id) VALUES (1)')
    await platform.as(OTHER, 'INSERT INTO base (id) VALUES (2)')
    expect(await platform.as(ONE, 'SELECT id FROM base')).toEqual([{ id: 1 }])
    expect(await platform.truth(KNOWN)).toEqual([{ name: 'base', rls: true }])
  })
})

it('is protected where a migration with "rls": false has changed its type', async () => {
  const platform = await startPlatform({ files: { '001_a.sql': BASE } })
  await platform.run({
    '002_b.sql': `-- @metadata {"version": "1.0.0", "dependencies": [], "rls": false}
      ALTER TABLE base ALTER COLUMN organization_id TYPE text;`,
  })
  expect(await platform.truth(UNPROTECTED)).toEqual([])
})

it('keeps its type where the other cannot be protected', async () => {
  const platform = await startPlatform({ files: { '001_a.sql': BASE } })
  await expect(
    platform.run({
      '002_b.sql': 'ALTER TABLE base ALTER COLUMN organization_id TYPE int USING 1;',
    }),
  ).rejects.toMatchObject({ code: 'PLT_TYPE_INVALID' })
  expect(await platform.truth(UNPROTECTED)).toEqual([])
})

it('goes away when what added it is undone, in SQL and in code', async () => {
  const platform = await startPlatform({
    files: {
      '001_a.sql': 'CREATE TABLE base (id int PRIMARY KEY); CREATE TABLE outra (id int);',
      '002_b.sql': `${HEAD}ALTER TABLE base ADD COLUMN organization_id uuid;
-- @down
ALTER TABLE base DROP COLUMN organization_id;`,
      '003_c.mjs': `
        export const up = (db) =>
          db.schema.alterTable('outra').addColumn('organization_id', 'uuid').execute()
        export const down = (db) =>
          db.schema.alterTable('outra').dropColumn('organization_id').execute()`,
    },
  })
  for (let round = 0; round < 2; round++) {
    await platform.run()
    expect(await platform.truth(UNPROTECTED)).toEqual([])
    expect(await platform.truth(KNOWN)).toHaveLength(2)
    await platform.database.migrations.rollback({ module: 'vendas', to: '001_a' })
    expect(await platform.truth(LEFT)).toEqual([])
    expect(await platform.truth(KNOWN)).toEqual([])
  }
})

it('goes away from a partitioned table with its partitions, and from its children', async () => {
  const platform = await startPlatform({
    files: {
      '001_a.sql': `${BASE} CREATE TABLE filha (nota text) INHERITS (base);
        CREATE TABLE medidas (id int, organization_id uuid) PARTITION BY RANGE (id);
        CREATE TABLE medidas_1 PARTITION OF medidas FOR VALUES FROM (0) TO (10);`,
    },
  })
  await platform.run()
  await platform.run({
    '002_b.sql': `ALTER TABLE medidas DROP COLUMN organization_id;
      ALTER TABLE base DROP COLUMN organization_id;`,
  })
  expect(await platform.truth(LEFT)).toEqual([])
  expect(await platform.truth(KNOWN)).toEqual([])
})

it('stays where the migration fails afterwards', async () => {
  const platform = await startPlatform({ files: { '001_a.sql': BASE } })
  await expect(
    platform.run({ '002_b.sql': 'ALTER TABLE base DROP organization_id; SELECT 1 / 0;' }),
  ).rejects.toMatchObject({ code: 'PLT_MIGRATION_FAILED', details: { migration: '002_b' } })
  expect(await platform.truth(UNPROTECTED)).toEqual([])
  expect(await platform.truth(LEFT)).toEqual([{ name: 'base' }])
})

it('nobody reads the table between the end of its policies and COMMIT', async () => {
  const platform = await startPlatform({ files: { '001_a.sql': BASE } })
  await platform.run()
  await platform.as(ONE, 'INSERT INTO base (id) VALUES (1)')
  await platform.as(OTHER, 'INSERT INTO base (id) VALUES (2)')
  const gate = new pg.Client(platform.target.superuser.connectionString)
  await gate.connect()
  try {
    await gate.query('SELECT pg_advisory_lock(7, 7)')
    const run = platform.run({
      '002_b.sql': `-- @metadata {"version": "1.0.0", "dependencies": [], "lockTimeout": "60s"}
        ALTER TABLE base ALTER COLUMN organization_id TYPE text;
        SELECT pg_advisory_xact_lock(7, 7);`,
    })
    run.catch(() => {})
    // The migration stands behind the statement that needs the table without policies.
    await expect
      .poll(async () => (await gate.query(WAITING)).rows, { timeout: 20_000 })
      .toHaveLength(1)
    await gate.query(`SET lock_timeout = '100ms'`)
    await expect(gate.query('SELECT FROM module_vendas.base')).rejects.toMatchObject({
      code: '55P03',
    })
    const { rows } = await gate.query(
      `SELECT count(*)::int AS policies FROM pg_policy
      WHERE polrelid = 'module_vendas.base'::regclass`,
    )
    expect(rows).toEqual([{ policies: 3 }])
    const seen = platform.as(ONE, 'SELECT id FROM base')
    seen.catch(() => {})
    await gate.query('SELECT pg_advisory_unlock(7, 7)')
    await run
    expect(await seen).toEqual([{ id: 1 }])
  } finally {
    await gate.end()
  }
})

const WAITING = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
  AND classid = 7 AND objid = 7
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
