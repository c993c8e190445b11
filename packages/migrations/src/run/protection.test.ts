import { createDatabase, type PluginHost } from '@plataforma/core'
import { expect, it } from 'vitest'
import { openHostGround } from '../ground/host-ground.js'
import { MigrationSystem } from '../system/migration-system.js'
import { Migrated } from './engine.fixture.js'

const TENANT = '0190a7c2-0000-7000-8000-00000000000a'
const OTHER = '0190a7c2-0000-7000-8000-00000000000b'

async function open(migrated: Migrated, files: Record<string, string>) {
  await migrated.write(files)
  const database = createDatabase({
    connectionString: migrated.database.connectionString,
    secret: 'a secret for tests only',
    plugins: [{ name: 'host', setup: async (host: PluginHost) => host } as const],
  })
  await database.initialize()
  const ground = await openHostGround(database.host)
  const system = new MigrationSystem({ ground, directory: migrated.directory, types: false })
  return { database, system }
}

const forced = (migrated: Migrated) =>
  migrated.rows(`SELECT relname AS name, relforcerowsecurity AS forced FROM pg_class
    WHERE relnamespace = 'module_vendas'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`)

it('protects every table with the tenant column that a migration makes or changes', async () => {
  await using migrated = await Migrated.make()
  const { database, system } = await open(migrated, {
    'vendas/001_a.sql': `
      CREATE TABLE plain (id int PRIMARY KEY);
      CREATE TABLE made (id int PRIMARY KEY, organization_id uuid);
      CREATE TABLE made_as AS SELECT id, organization_id FROM made;
      DO $$ BEGIN CREATE TABLE inner_one (organization_id uuid); EXCEPTION WHEN OTHERS THEN END $$;
      CREATE TABLE parts (id int, organization_id uuid) PARTITION BY RANGE (id);
      CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);
      CREATE VIEW seen AS SELECT * FROM made;
      CREATE MATERIALIZED VIEW kept AS SELECT * FROM made;
      CREATE TABLE counted (id serial PRIMARY KEY, n int);`,
    'vendas/002_b.sql': `ALTER TABLE plain ADD COLUMN organization_id uuid;
      CREATE TABLE at_commit AS SELECT relname::text AS name FROM pg_class
      WHERE relnamespace = 'module_vendas'::regnamespace AND relkind IN ('r', 'p')
        AND NOT relforcerowsecurity;`,
    'vendas/003_open.sql': `-- @metadata {"rls": false}
      CREATE TABLE open (id int, organization_id uuid);`,
  })
  await system.runAllMigrations()
  // Before anybody looked over the module as a whole.
  const atCommit = await migrated.rows('SELECT name FROM module_vendas.at_commit ORDER BY 1')
  expect(atCommit).toEqual([{ name: 'counted' }, { name: 'plain' }])
  expect(await forced(migrated)).toEqual([
    { name: 'at_commit', forced: false },
    { name: 'counted', forced: false },
    { name: 'inner_one', forced: true },
    { name: 'made', forced: true },
    { name: 'made_as', forced: true },
    { name: 'open', forced: false },
    { name: 'parts', forced: true },
    { name: 'parts_1', forced: true },
    { name: 'plain', forced: true },
  ])
  expect(
    await migrated.rows("SELECT name FROM plataforma.tables WHERE NOT rls AND module = 'vendas'"),
  ).toEqual([{ name: 'open' }])
  expect(
    await migrated.rows(`SELECT attidentity AS i FROM pg_attribute
      WHERE attrelid = 'module_vendas.counted'::regclass AND attname = 'id'`),
  ).toEqual([{ i: 'd' }])
  expect(
    await migrated.rows(
      "SELECT reloptions FROM pg_class WHERE oid = 'module_vendas.seen'::regclass",
    ),
  ).toEqual([{ reloptions: ['security_invoker=true'] }])
  await system.close()
  await database.close()
})

it('works as the owner of the module, who sees the rows of all tenants', async () => {
  await using migrated = await Migrated.make()
  const { database, system } = await open(migrated, {
    'vendas/001_a.sql': `CREATE TABLE a (id int PRIMARY KEY, organization_id uuid NOT NULL);
      INSERT INTO a VALUES (1, '${TENANT}'), (2, '${OTHER}');`,
    'vendas/002_b.sql': `CREATE TABLE b AS SELECT count(*)::int AS n, current_user::text AS who FROM a;
      CREATE TABLE c (a int, organization_id uuid); INSERT INTO c VALUES (2, '${OTHER}');
      ALTER TABLE c ADD FOREIGN KEY (a) REFERENCES a;`,
    'estoque/001_a.sql': 'CREATE TABLE a ()',
    'estoque/002_b.sql': 'SELECT * FROM module_vendas.a',
  })
  await system.runModuleMigrations('vendas')
  const [row] = await migrated.rows('SELECT n, who FROM module_vendas.b')
  expect(row).toMatchObject({ n: 2, who: expect.stringMatching(/vendas/) })
  await expect(system.runAllMigrations()).rejects.toMatchObject({
    code: 'PLT_MIGRATION_FAILED',
    sqlState: '42501',
    module: 'estoque',
  })
  const vendas = database.module('vendas')
  const seen = await database.withContext({ tenantId: TENANT }, () => vendas.select('a'))
  expect(seen).toMatchObject([{ id: 1 }])
  await system.close()
  await database.close()
})

it('references the tables of another module through a door', async () => {
  await using migrated = await Migrated.make()
  const { database, system } = await open(migrated, {
    'vendas/001_a.sql': `CREATE TABLE a (id int, organization_id uuid, PRIMARY KEY (organization_id, id));
      INSERT INTO a VALUES (1, '${TENANT}'), (2, '${OTHER}');`,
    'estoque/001_b.sql': `-- @metadata {"dependencies": ["vendas"]}
CREATE TABLE b (a int, organization_id uuid);
INSERT INTO b VALUES (1, '${TENANT}'), (2, '${OTHER}');
ALTER TABLE b ADD FOREIGN KEY (organization_id, a) REFERENCES module_vendas.a (organization_id, id);`,
  })
  await system.runModuleMigrations('vendas')
  await expect(system.runAllMigrations()).rejects.toMatchObject({
    sqlState: '42501',
    remedy: expect.stringContaining('grantAccess'),
  })
  const door = { from: 'vendas', to: 'estoque', tables: ['a'] }
  await database.isolation.grantAccess({ ...door, privileges: ['REFERENCES'] })
  await system.runAllMigrations()
  const estoque = database.module('estoque')
  const insert = (a: number) =>
    database.withContext({ tenantId: TENANT }, () => estoque.insert('b', [{ a }]))
  await insert(1)
  await expect(insert(2)).rejects.toMatchObject({ code: 'PLT_FOREIGN_KEY_VIOLATION' })
  await system.close()
  await database.close()
})
