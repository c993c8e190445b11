import { createDatabase, type PluginHost } from '@plataforma/core'
import { expect, it } from 'vitest'
import { openHostGround } from '../ground/host-ground.js'
import { MigrationSystem } from '../system/migration-system.js'
import { Migrated } from './engine.fixture.js'

const TENANT = '0190a7c2-0000-7000-8000-00000000000a'
const OTHER = '0190a7c2-0000-7000-8000-00000000000b'
const TABLE = `CREATE TABLE t (id int PRIMARY KEY, organization_id uuid NOT NULL);
  INSERT INTO t VALUES (1, '${TENANT}'), (2, '${OTHER}');`

/** Runs migrations of which the last one fails, and gives what a tenant sees then. */
async function seen(files: Readonly<Record<string, string>>): Promise<unknown[]> {
  await using migrated = await Migrated.make(files)
  await using database = createDatabase({
    connectionString: migrated.database.connectionString,
    secret: 'a secret for tests only',
    plugins: [{ name: 'host', setup: async (host: PluginHost) => host } as const],
  })
  await database.initialize()
  const ground = await openHostGround(database.host)
  const kept = { ...ground, moduleChanged: async () => [] }
  const options = { directory: migrated.directory, types: false }
  await using system = new MigrationSystem({ ...options, ground: kept })
  await expect(system.runAllMigrations()).rejects.toMatchObject({ sqlState: '22012' })
  return await database.withContext({ tenantId: TENANT }, () =>
    database.module('vendas').select('t'),
  )
}

it.each([
  ['DISABLE ROW LEVEL SECURITY', 'ALTER TABLE t DISABLE ROW LEVEL SECURITY;'],
  [
    'a policy that is opened',
    `DO $$ DECLARE p name; BEGIN
       FOR p IN SELECT polname FROM pg_policy WHERE polrelid = 't'::regclass LOOP
         BEGIN EXECUTE format('ALTER POLICY %I ON t USING (true)', p);
         EXCEPTION WHEN division_by_zero THEN END;
       END LOOP; END $$;`,
  ],
  [
    'policies that are dropped',
    `DO $$ DECLARE p name; BEGIN
       FOR p IN SELECT polname FROM pg_policy WHERE polrelid = 't'::regclass AND NOT polpermissive
       LOOP EXECUTE format('DROP POLICY %I ON t', p); END LOOP; END $$;`,
  ],
])('tenants stay apart after %s, before the run ends', async (_, text) => {
  const files = {
    'vendas/001_a.sql': TABLE,
    'vendas/002_b.sql': text,
    'vendas/003_c.sql': 'SELECT 1 / 0;',
  }
  expect(await seen(files)).toMatchObject([{ id: 1 }])
})

it('tenants stay apart in a table of a DO outside of transactions, whose migration fails later', async () => {
  const text = `-- @metadata {"transaction": false}\nDO $$ BEGIN ${TABLE} END $$;\nSELECT 1 / 0;`
  expect(await seen({ 'vendas/001_a.sql': text })).toMatchObject([{ id: 1 }])
})
