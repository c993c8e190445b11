import { expect, it } from 'vitest'
import { ONE, startPlatform } from './platform.fixture.js'

const TABLES = `CREATE TABLE precos (id int); CREATE TABLE custos (id int, valor int);
  INSERT INTO precos VALUES (1); INSERT INTO custos VALUES (1, 2);`
const FILES = { '001_a.sql': TABLES, 'estoque/001_a.sql': 'CREATE TABLE itens (id int);' }
const read = (table: string) => `SELECT id FROM module_vendas.${table}`
const REFUSED = { sqlState: '42501' }

async function opened() {
  const platform = await startPlatform({ files: FILES })
  await platform.run()
  const [role] = await platform.truth<{ own: string; run: string; system: string }>(`
    SELECT pg_get_userbyid(nspowner) AS own,
      replace(pg_get_userbyid(nspowner), '_own_', '_run_') AS run,
      replace(pg_get_userbyid(nspowner), '_own_estoque', '_system') AS system
    FROM pg_namespace WHERE nspname = 'module_estoque'`)
  if (role === undefined) throw new Error('The module has no schema.')
  return { platform, role }
}

it.each([
  ['PUBLIC', 'SELECT'],
  ['a role of another module', 'SELECT'],
  ['a role of another module', 'SELECT (id)'],
])('a migration opens its module to nobody: %s, %s', async (who, privilege) => {
  const { platform, role } = await opened()
  const to = who === 'PUBLIC' ? who : `"${role.run}", "${role.own}"`
  await platform.run({
    '002_b.sql': `GRANT USAGE ON SCHEMA module_vendas TO ${to};
      GRANT ${privilege} ON precos TO ${to} ${who === 'PUBLIC' ? '' : 'WITH GRANT OPTION'};`,
  })
  await expect(platform.as(ONE, read('precos'), 'estoque')).rejects.toMatchObject(REFUSED)
  expect(
    await platform.truth(`
      SELECT has_schema_privilege('${role.run}', 'module_vendas', 'USAGE') AS schema,
        has_any_column_privilege('${role.run}', 'module_vendas.precos', 'SELECT') AS precos`),
  ).toEqual([{ schema: false, precos: false }])
  expect(await platform.as(ONE, 'SELECT id FROM precos')).toEqual([{ id: 1 }])
})

it('a door stays as it was opened, and opens nothing else', async () => {
  const { platform, role } = await opened()
  await platform.database.isolation.grantAccess({
    from: 'vendas',
    to: 'estoque',
    tables: ['precos'],
    privileges: ['SELECT', 'REFERENCES'],
  })
  await platform.run({
    '002_b.sql': `ALTER TABLE precos ADD COLUMN nota text;
      GRANT USAGE ON SCHEMA module_vendas TO "${role.run}";
      GRANT SELECT ON precos, custos TO "${role.run}";`,
    '003_c.sql': 'ALTER TABLE precos RENAME TO valores;',
  })
  expect(await platform.as(ONE, read('valores'), 'estoque')).toEqual([{ id: 1 }])
  await expect(platform.as(ONE, read('custos'), 'estoque')).rejects.toMatchObject(REFUSED)
  expect(
    await platform.truth(`
      SELECT has_table_privilege('${role.own}', 'module_vendas.valores', 'REFERENCES') AS refers,
        has_table_privilege('${role.system}', 'module_vendas.valores', 'SELECT') AS system`),
  ).toEqual([{ refers: true, system: true }])
})
