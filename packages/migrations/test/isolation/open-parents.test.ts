import { describe, expect, it } from 'vitest'
import { ONE, OTHER, startPlatform } from './platform.fixture.js'

const PARENT = 'CREATE TABLE pai (id int);'
const CHILD = 'CREATE TABLE filha (id int, organization_id uuid NOT NULL);'
const INHERITING = 'CREATE TABLE filha (organization_id uuid NOT NULL) INHERITS (pai);'
const ROWS = `INSERT INTO filha (id, organization_id) VALUES (1, '${ONE}'), (2, '${OTHER}');`
const OPEN = '-- @metadata {"rls": false}\n'

describe('a table that inherits from one without its policies takes the migration back', () => {
  it.each([
    ['CREATE TABLE', PARENT, INHERITING],
    ['ALTER TABLE', PARENT + CHILD, 'ALTER TABLE filha INHERIT pai;'],
    [
      'a savepoint',
      PARENT + CHILD,
      `DO $$ BEGIN
        BEGIN ALTER TABLE filha INHERIT pai; EXCEPTION WHEN division_by_zero THEN NULL; END;
      END $$;`,
    ],
    [
      'a column that only the child gets',
      `${PARENT} CREATE TABLE filha () INHERITS (pai);`,
      'ALTER TABLE filha ADD COLUMN organization_id uuid NOT NULL;',
    ],
    [
      'a parent that was left open',
      `${OPEN}CREATE TABLE pai (id int, organization_id uuid NOT NULL);`,
      'CREATE TABLE filha () INHERITS (pai);',
    ],
    [
      'a parent between two',
      `${PARENT} CREATE TABLE meio () INHERITS (pai);`,
      'CREATE TABLE filha (organization_id uuid NOT NULL) INHERITS (meio);',
    ],
  ])('by %s', async (_, before, text) => {
    const platform = await startPlatform({ files: { '001_a.sql': before } })
    await platform.run()
    await expect(platform.run({ '002_b.sql': text })).rejects.toMatchObject({
      code: 'PLT_TENANT_COLUMN_MISSING',
      module: 'vendas',
      table: 'filha',
      message: expect.stringContaining('002_b.sql'),
      remedy: expect.stringMatching(/Give the parent.*partitions/),
      details: { migration: '002_b' },
    })
    const status = await platform.database.migrations.getModuleStatus('vendas')
    expect(status.applied).toMatchObject([{ name: '001_a' }])
  })

  it('where the parent is of another schema', async () => {
    const platform = await startPlatform({ files: { '001_a.sql': CHILD } })
    await platform.run()
    const [owner] = await platform.truth<{ name: string }>(
      `SELECT pg_get_userbyid(nspowner) AS name FROM pg_namespace WHERE nspname = 'module_vendas'`,
    )
    await platform.truth(`CREATE SCHEMA chegada; CREATE TABLE chegada.pai (id int);
      GRANT USAGE, CREATE ON SCHEMA chegada TO "${owner?.name}";
      ALTER TABLE chegada.pai OWNER TO "${owner?.name}"`)
    await expect(
      platform.run({ '002_b.sql': 'ALTER TABLE filha INHERIT chegada.pai;' }),
    ).rejects.toMatchObject({ details: { parent: 'chegada.pai' } })
  })
})

it('a parent with the tenant column gives each tenant its own rows of the child', async () => {
  const platform = await startPlatform({
    files: {
      '001_a.sql': `CREATE TABLE pai (id int, organization_id uuid NOT NULL);
        CREATE TABLE filha () INHERITS (pai); ${ROWS}`,
    },
  })
  await platform.run()
  expect(await platform.as(ONE, 'SELECT id FROM pai')).toEqual([{ id: 1 }])
})

it('what is meant to be open may inherit', async () => {
  const platform = await startPlatform({
    files: { '001_a.sql': OPEN + PARENT + INHERITING + ROWS },
  })
  await platform.run()
  expect(await platform.as(ONE, 'SELECT id FROM pai')).toHaveLength(2)
})

it('status and inspection tell of a parent that is there already', async () => {
  const platform = await startPlatform({ files: { '001_a.sql': PARENT + CHILD } })
  await platform.run()
  await platform.truth('ALTER TABLE module_vendas.filha INHERIT module_vendas.pai')
  const status = await platform.database.migrations.getModuleStatus('vendas')
  expect(status.unprotected).toEqual(['pai'])
  const findings = await platform.database.isolation.inspectInstallation()
  expect(findings).toContainEqual(
    expect.objectContaining({
      id: 'parent-unprotected',
      grade: 'error',
      message: expect.stringContaining('module_vendas.pai'),
    }),
  )
  // What does not touch them goes on.
  await platform.run({ '002_b.sql': 'CREATE TABLE outra (id int);' })
  await platform.run({ '003_c.sql': 'ALTER TABLE filha NO INHERIT pai;' })
  expect(await platform.database.migrations.getModuleStatus('vendas')).toMatchObject({
    unprotected: [],
  })
})
