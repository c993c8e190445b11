import { describe, expect, it } from 'vitest'
import { Migrated } from '../engine.fixture.js'

const SINGLY = '-- @metadata {"transaction": false}\n'
const FILE = 'vendas/001_a.sql'

/** Counts how often each statement has happened. */
const said = (migrated: Migrated) =>
  migrated
    .rows<{ n: number }>('SELECT n FROM module_vendas.a ORDER BY n')
    .then((rows) => rows.map(({ n }) => n))

const failing = (migrated: Migrated, code = 'PLT_MIGRATION_FAILED') =>
  expect(migrated.system().runAllMigrations()).rejects.toMatchObject({ code })

async function halfDone(text: string): Promise<Migrated> {
  const migrated = await Migrated.make({ [FILE]: text })
  await failing(migrated)
  return migrated
}

const FIVE = [
  'CREATE TABLE a (n int);',
  'INSERT INTO a VALUES (2);',
  'INSERT INTO nada VALUES (3);',
  'INSERT INTO a VALUES (4);',
  'INSERT INTO a VALUES (5);',
]

describe('a half-done migration goes on where what has happened stands unchanged in the edited file', () => {
  it('with the third of five statements corrected', async () => {
    await using migrated = await Migrated.make({ [FILE]: SINGLY + FIVE.join('\n') })
    await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_FAILED',
      sqlState: '42P01',
      remedy: expect.stringMatching(/The statements before it have happened: leave them/),
      details: { line: 4 },
    })
    const fixed = FIVE.with(2, 'INSERT INTO a VALUES (3);')
    // Read alike by PostgreSQL.
    fixed[0] = '/* the table */ create table A\n(n  integer) -- counted\n;'
    fixed.push('-- @down', 'DROP TABLE a')
    await migrated.write({ [FILE]: SINGLY + fixed.join('\n') })
    const { applied } = await migrated.system().runAllMigrations()
    expect(applied).toMatchObject([{ name: '001_a' }])
    expect(await said(migrated)).toEqual([2, 3, 4, 5])
    const [row] = await migrated.rows<{ up_text: string; state: string }>(
      'SELECT up_text, state FROM plataforma.migrations',
    )
    expect(row).toMatchObject({ state: 'applied', up_text: SINGLY + fixed.join('\n') })
    expect(await migrated.rows('SELECT * FROM plataforma.migration_progress')).toEqual([])
    const events = await migrated.system().history()
    expect(events.map(({ event, detail }) => [event, detail])).toEqual([
      ['failed', expect.any(String)],
      ['repaired', 'goes on with an edited text after statement 2 of 5'],
      ['applied', null],
    ])
    expect(await migrated.system().runAllMigrations()).toMatchObject({ applied: [] })
    await migrated.system().rollback({ module: 'vendas', steps: 1 })
  })

  it('with statements of both kinds, and more of what runs in a transaction before the corrected one', async () => {
    await using migrated = await halfDone(`CREATE TABLE a (n int);
      INSERT INTO a VALUES (1), (1);
      CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n);
      CREATE TABLE b ();`)
    // Wrong once more, in the transaction of which two statements have happened.
    await migrated.write({
      [FILE]: `CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1);
      INSERT INTO a VALUES (2); SELECT nada;
      CREATE INDEX CONCURRENTLY a_n ON a (n); CREATE TABLE b ();`,
    })
    await failing(migrated)
    expect(await said(migrated)).toEqual([1, 1])
    await migrated.system().repair({ module: 'vendas', name: '001_a', as: 'retry' })
    await migrated.write({
      [FILE]: `CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1); INSERT INTO a VALUES (3);
      CREATE INDEX CONCURRENTLY a_n ON a (n); CREATE TABLE b (); CREATE INDEX CONCURRENTLY ON nada (n)`,
    })
    await failing(migrated, 'PLT_MIGRATION_INVALID')
    await migrated.write({
      [FILE]: `CREATE TABLE a (n int); INSERT INTO a VALUES (1), (1); INSERT INTO a VALUES (3);
      CREATE INDEX CONCURRENTLY a_n ON a (n); CREATE TABLE b ();`,
    })
    await migrated.system().runAllMigrations()
    expect(await said(migrated)).toEqual([1, 1, 3])
    expect(
      await migrated.rows(`SELECT indisunique AS is, indisvalid AS valid FROM pg_index
        WHERE indexrelid = 'module_vendas.a_n'::regclass`),
    ).toEqual([{ is: false, valid: true }])
    expect(await migrated.rows("SELECT to_regclass('module_vendas.b')::text AS b")).toEqual([
      { b: 'module_vendas.b' },
    ])
  })

  it('with all that was missing taken out', async () => {
    await using migrated = await halfDone(SINGLY + FIVE.join('\n'))
    await migrated.write({ [FILE]: FIVE.slice(0, 2).join('\n') })
    await migrated.system().runAllMigrations()
    expect(await migrated.applied()).toEqual(['vendas:001_a'])
    expect(await said(migrated)).toEqual([2])
    expect(await migrated.rows('SELECT * FROM plataforma.migration_progress')).toEqual([])
  })

  it('as one transaction from then on, where the metadata say so now', async () => {
    await using migrated = await halfDone(SINGLY + FIVE.join('\n'))
    const fixed = FIVE.with(2, 'INSERT INTO a VALUES (3);')
    await migrated.write({ [FILE]: [...fixed, 'SELECT nada;'].join('\n') })
    await failing(migrated)
    expect(await said(migrated)).toEqual([2])
    await migrated.write({ [FILE]: fixed.join('\n') })
    await migrated.system().runAllMigrations()
    expect(await said(migrated)).toEqual([2, 3, 4, 5])
  })
})

describe('it is refused, naming the first statement that differs,', () => {
  it('where one that has happened was edited or taken out', async () => {
    await using migrated = await halfDone(SINGLY + FIVE.join('\n'))
    await migrated.write({ [FILE]: SINGLY + FIVE.with(1, 'INSERT INTO a VALUES (7);').join('\n') })
    const edited = await migrated
      .system()
      .runAllMigrations()
      .catch((error: unknown) => error)
    expect(edited).toMatchObject({
      code: 'PLT_MIGRATION_CHANGED',
      module: 'vendas',
      message: expect.stringContaining('statement 2, which has happened, was edited'),
      remedy: expect.stringContaining('the first 2 of its 5 statements'),
      details: { statement: 2, line: 3, done: 2, of: 5 },
    })
    expect(String(edited)).toContain('3 | INSERT INTO a VALUES (7);')
    expect(String(edited)).toContain('-INSERT INTO a VALUES (2);')
    await migrated.write({ [FILE]: SINGLY + FIVE[0] })
    await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_CHANGED',
      message: expect.stringContaining('statement 2, which has happened, was taken out'),
    })
    expect(await said(migrated)).toEqual([2])
  })

  it('where it is the one that was interrupted, and it turns out to have happened', async () => {
    const index = 'CREATE INDEX CONCURRENTLY a_n ON a (n);'
    await using migrated = await halfDone(`CREATE TABLE a (n int); ${index} SELECT nada;`)
    // As a process that is killed between the index and the row that says so.
    await migrated.rows("UPDATE plataforma.migration_progress SET state = 'begun' WHERE part = 1")
    const other = 'CREATE INDEX CONCURRENTLY a_n ON a (n DESC);'
    await migrated.write({ [FILE]: `CREATE TABLE a (n int); ${other}` })
    await expect(migrated.system().runAllMigrations()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_CHANGED',
      details: { statement: 2 },
    })
    await migrated.write({ [FILE]: `CREATE TABLE a (n int); ${index} SELECT 1;` })
    await migrated.system().runAllMigrations()
    expect(await migrated.applied()).toEqual(['vendas:001_a'])
  })

  it('and one of which nobody can tell needs attention, edited or not', async () => {
    const block = 'DO $$ BEGIN COMMIT; RAISE; END $$;'
    await using migrated = await halfDone(`${SINGLY}CREATE TABLE a (n int); ${block} SELECT 1;`)
    await migrated.write({ [FILE]: `${SINGLY}CREATE TABLE a (n int); SELECT 1;` })
    await failing(migrated, 'PLT_MIGRATION_NEEDS_ATTENTION')
    await migrated.system().repair({ module: 'vendas', name: '001_a', as: 'retry' })
    await migrated.system().runAllMigrations()
    expect(await migrated.applied()).toEqual(['vendas:001_a'])
  })
})
