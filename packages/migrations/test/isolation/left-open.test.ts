import { describe, expect, it } from 'vitest'
import { ONE, OTHER, startPlatform, UNPROTECTED } from './platform.fixture.js'

const BASE = `CREATE TABLE base (id int, organization_id uuid NOT NULL);
  INSERT INTO base VALUES (1, '${ONE}'), (2, '${OTHER}');`
const OPEN = '-- @metadata {"rls": false}\n'
const VIEW = 'CREATE MATERIALIZED VIEW soma AS SELECT * FROM base;'
const PARTED = `CREATE TABLE base (id int, organization_id uuid NOT NULL) PARTITION BY RANGE (id);
  CREATE TABLE parte PARTITION OF base FOR VALUES FROM (0) TO (10);`

describe('a new table with the name of one that was left open is protected', () => {
  it.each([
    ['dropped', 'DROP TABLE base;'],
    ['renamed', 'ALTER TABLE base RENAME TO velha;'],
  ])('where that was %s', async (_, gone) => {
    const platform = await startPlatform({ files: { '001_a.sql': OPEN + BASE } })
    await platform.run()
    await platform.run({ '002_b.sql': `${gone} ${BASE}` })
    expect(await platform.as(ONE, 'SELECT id FROM base')).toEqual([{ id: 1 }])
    expect(await platform.truth(UNPROTECTED)).toEqual([])
  })

  it('unless its migration leaves it open as well', async () => {
    const platform = await startPlatform({ files: { '001_a.sql': OPEN + BASE } })
    await platform.run({ '002_b.sql': `${OPEN}DROP TABLE base; ${BASE}` })
    await platform.run({ '003_c.sql': 'ALTER TABLE base ADD COLUMN nota text;' })
    expect(await platform.as(ONE, 'SELECT id FROM base')).toEqual([{ id: 1 }, { id: 2 }])
  })
})

describe('what a migration grants on what holds every tenant is taken back before COMMIT', () => {
  it.each([
    ['a materialized view', 'soma', BASE + VIEW, 'SELECT'],
    ['columns of a materialized view', 'soma', BASE + VIEW, 'SELECT (id, organization_id)'],
    ['a partition', 'parte', PARTED, 'SELECT'],
    ['columns of a partition', 'parte', PARTED, 'SELECT (id)'],
  ])('on %s', async (_, name, made, privilege) => {
    const platform = await startPlatform({ files: { '001_a.sql': made } })
    await platform.run()
    const denied = () =>
      expect(platform.as(ONE, `SELECT id FROM ${name}`)).rejects.toMatchObject({
        sqlState: '42501',
      })
    await expect(
      platform.run({
        '002_b.sql': `GRANT ${privilege} ON ${name} TO PUBLIC;`,
        // What comes after in the run sees what was committed.
        '003_c.sql': `CREATE TABLE dado AS SELECT
          has_any_column_privilege('public', '${name}', 'SELECT') AS aberto;`,
      }),
    ).resolves.toMatchObject({ applied: [{ name: '002_b' }, { name: '003_c' }] })
    expect(await platform.truth('SELECT aberto FROM module_vendas.dado')).toEqual([
      { aberto: false },
    ])
    await denied()
  })
})
