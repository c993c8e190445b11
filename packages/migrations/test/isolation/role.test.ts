import { describe, expect, it } from 'vitest'
import { startPlatform } from './platform.fixture.js'

const BUILT = `'reset' || ' role'`

const HELPERS = `
  CREATE TABLE base (id int); INSERT INTO base VALUES (1);
  CREATE FUNCTION muda() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE ${BUILT}; RETURN 1; END $$;
  CREATE PROCEDURE muda_tudo() LANGUAGE plpgsql AS $$ BEGIN EXECUTE ${BUILT}; END $$;
  CREATE FUNCTION ao_mudar() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN PERFORM muda(); RETURN NEW; END $$;
  CREATE TABLE alvo (id int);
  CREATE TRIGGER a AFTER INSERT ON alvo FOR EACH ROW EXECUTE FUNCTION ao_mudar();
  CREATE TABLE adiado (id int);
  CREATE CONSTRAINT TRIGGER a AFTER INSERT ON adiado DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ao_mudar();`

/** What a statement of the third line does, and whether its line is told. */
const ESCAPES = [
  ['DO', `DO $$ BEGIN EXECUTE ${BUILT}; END $$;`, 3],
  [
    'DO that comes back',
    `DO $$ DECLARE eu text := current_user; BEGIN
      EXECUTE ${BUILT}; CREATE TABLE public.fuga (id int);
      EXECUTE format('set local %s %I', 'role', eu); END $$;`,
    3,
  ],
  [
    'DO with a function whose setting it is',
    `DO $$ BEGIN EXECUTE format('CREATE FUNCTION sobe() RETURNS int LANGUAGE sql SET %s = %I AS %L',
      'role', session_user, 'SELECT 1'); PERFORM sobe(); END $$;`,
    3,
  ],
  [
    'DO that leaves the words to set_config',
    `DO $$ DECLARE n text := 'role'; BEGIN
    PERFORM set_config(n, 'none', true); END $$;`,
    3,
  ],
  ['CALL', 'CALL muda_tudo();', 3],
  ['SELECT', 'SELECT muda();', 3],
  [
    'SELECT of a name that comes from rows',
    `SELECT set_config(n, 'none', false)
    FROM (VALUES ('role')) AS v (n);`,
    3,
  ],
  ['a trigger', 'INSERT INTO alvo VALUES (1);', undefined],
  ['a deferred trigger', 'INSERT INTO adiado VALUES (1);', undefined],
  ['a default', 'ALTER TABLE base ADD COLUMN n int DEFAULT muda();', undefined],
] as const

describe('who a migration is to its end', () => {
  it.each(ESCAPES)('is told where %s changes it', async (_, text, line) => {
    const platform = await startPlatform({ files: { '001_a.sql': HELPERS } })
    await platform.run()
    const file = `-- @metadata {}\nCREATE TABLE antes (id int);\n${text}\nCREATE TABLE depois (id int);`
    for (const transaction of [undefined, false]) {
      const metadata = JSON.stringify({ transaction })
      await expect(
        platform.run({ '002_b.sql': file.replace('{}', metadata) }),
      ).rejects.toMatchObject({
        code: 'PLT_MIGRATION_ROLE',
        message: expect.stringMatching(
          /^Migration 002_b of "vendas" (tried to change|changed) the role/,
        ),
        details: { file: expect.stringContaining('002_b.sql'), migration: '002_b' },
        ...(line === undefined || transaction === false ? {} : { details: { line } }),
      })
      expect(
        await platform.truth(`SELECT name FROM plataforma.migrations WHERE state = 'applied'`),
      ).toEqual([{ name: '001_a' }])
      expect(
        await platform.truth(`SELECT FROM pg_class WHERE relname IN ('depois', 'fuga')`),
      ).toEqual([])
      await platform.truth('DROP TABLE IF EXISTS module_vendas.antes')
      await platform.truth('DELETE FROM plataforma.migration_progress')
      await platform.truth(`DELETE FROM plataforma.migrations WHERE name = '002_b'`)
    }
  })

  it('is told where code that commits by itself changes it', async () => {
    const platform = await startPlatform({ files: { '001_a.sql': HELPERS } })
    await platform.run()
    const text = `-- @metadata {"transaction": false}
      DO $$ BEGIN COMMIT; EXECUTE ${BUILT}; END $$; CREATE TABLE depois (id int);`
    await expect(platform.run({ '002_b.sql': text })).rejects.toMatchObject({
      code: 'PLT_MIGRATION_ROLE',
      details: { line: 2 },
    })
    await expect(platform.run()).rejects.toMatchObject({ code: 'PLT_MIGRATION_NEEDS_ATTENTION' })
    expect(await platform.truth(`SELECT FROM pg_class WHERE relname = 'depois'`)).toEqual([])
  })

  it.each([undefined, false])('is told of code with "transaction": %s', async (transaction) => {
    const platform = await startPlatform({ files: { '001_a.sql': HELPERS } })
    await platform.run()
    await expect(
      platform.run({
        '002_b.mjs': `import { sql } from ${JSON.stringify(import.meta.resolve('kysely'))}
          export const metadata = ${JSON.stringify({ transaction })}
          export const up = (db) => db.transaction().execute(async (trx) => {
            await sql\`SELECT set_config(\${'role'}, 'none', true)\`.execute(trx)
            await sql\`CREATE TABLE public.fuga (id int)\`.execute(trx)
          })`,
      }),
    ).rejects.toMatchObject({ code: 'PLT_MIGRATION_ROLE' })
    expect(await platform.truth(`SELECT FROM pg_class WHERE relname = 'fuga'`)).toEqual([])
  })

  it.each([
    ['where the body is no code', 'DO $$ BEGIN\n  nope nope; END $$;', 4, 3],
    ['where a statement of the body is none', 'DO $$ BEGIN\n  SELECT 1 FROM; END $$;', 4, 16],
    ['at the call of what is not there', 'CALL\n    nope();', 4, 5],
    ['at the statement whose code fails', `DO $$ BEGIN\n PERFORM 1/0; END $$;`, 3, 1],
    ['at the statement that is called wrongly', `CALL\n muda_tudo(1);`, 4, 2],
  ])('points %s', async (_, text, line, column) => {
    const platform = await startPlatform({ files: { '001_a.sql': HELPERS } })
    await platform.run()
    await expect(
      platform.run({ '002_b.sql': `SELECT '😀';\nSELECT 1;\n${text}` }),
    ).rejects.toMatchObject({ code: 'PLT_MIGRATION_FAILED', details: { line, column } })
  })

  it('stays the owner for all that a body may do', async () => {
    const platform = await startPlatform({
      files: {
        '001_a.sql': `CREATE TABLE base (id int PRIMARY KEY);
          DO $$ BEGIN
            CREATE TEMP TABLE rascunho ON COMMIT DROP AS SELECT 1 AS id;
            INSERT INTO base SELECT id FROM rascunho;
            EXECUTE 'ALTER TABLE base ADD nome text DEFAULT ''$plataforma$''';
            SET LOCAL search_path = pg_catalog, module_vendas;
          END $$;
          CREATE INDEX i ON base (nome);
          CREATE PROCEDURE mais(INOUT n int) LANGUAGE plpgsql
            AS $$ BEGIN n := n + 1; INSERT INTO module_vendas.base (id) VALUES (n); END $$;
          CALL mais(1);`
          .replace('CREATE PROCEDURE mais', 'CREATE PROCEDURE module_vendas.mais')
          .replace('CALL mais', 'CALL module_vendas.mais'),
      },
    })
    await platform.run()
    expect(await platform.truth('SELECT id, nome FROM module_vendas.base ORDER BY id')).toEqual([
      { id: 1, nome: '$plataforma$' },
      { id: 2, nome: '$plataforma$' },
    ])
    expect(
      await platform.truth(`SELECT proname FROM pg_proc WHERE proname = 'plataforma_as_owner'`),
    ).toEqual([])
  })
})

describe('a role that one statement takes is told of before another brings it back', () => {
  it.each([
    [
      'INSERT',
      (role: string) => `INSERT INTO nota SELECT set_config('ro' || 'le', ${role}, true);`,
    ],
    [
      'VALUES',
      (role: string) => `EXPLAIN ANALYZE VALUES (set_config('ro' || 'le', ${role}, true));`,
    ],
    [
      'a cursor',
      (role: string) => `DECLARE c CURSOR FOR
        SELECT set_config('ro' || 'le', ${role}, true); FETCH c; CLOSE c;`,
    ],
  ])('by %s', async (_, take) => {
    const platform = await startPlatform({
      files: {
        '001_a.sql': `CREATE TABLE nota (texto text);
          CREATE TABLE eu AS SELECT current_user::text AS nome;
          ${take("'none'")} CREATE TABLE public.fuga (id int);
          ${take('(SELECT nome FROM module_vendas.eu)')}`,
      },
    })
    await expect(platform.run()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_ROLE',
      details: { line: expect.any(Number) },
    })
    expect(await platform.truth("SELECT to_regclass('public.fuga') AS oid")).toEqual([
      { oid: null },
    ])
  })
})

describe('a role that a statement of code takes is told of before another brings it back', () => {
  const KYSELY = JSON.stringify(import.meta.resolve('kysely'))
  const take = (role: string) =>
    `() => sql\`INSERT INTO nota SELECT set_config(\${'role'}, \${${role}}, true)\`.execute(db)`
  const called = (role: string) =>
    `() => sql\`INSERT INTO nota VALUES (assume(\${${role}}))\`.execute(db)`
  const text = (role: string) => `INSERT INTO nota VALUES (assume('\${${role}}'))`
  const FUGA = '() => sql`CREATE TABLE public.fuga (id int)`.execute(db)'
  it.each([
    ['by set_config', [take(`'none'`), FUGA, take('eu')]],
    ['by a function', [called(`'none'`), FUGA, called('eu')]],
    [
      'in one text',
      [
        `() => sql.raw(\`${text(`'none'`)} /* ; */; CREATE TABLE public.fuga (id int) -- é
          ; ${text('eu')}\`).execute(db)`,
      ],
    ],
  ])('%s', async (_, steps) => {
    const platform = await startPlatform({
      files: {
        '001_a.sql': `CREATE TABLE nota (texto text);
          CREATE FUNCTION assume(quem text) RETURNS text LANGUAGE plpgsql
            AS $$ BEGIN RETURN set_config('ro' || 'le', quem, true); END $$;`,
      },
    })
    await platform.run()
    const code = (rest: string) => `import { sql } from ${KYSELY}
      export const up = async (db) => {
        const { rows: [{ eu }] } = await sql\`SELECT current_user::text AS eu\`.execute(db)
        ${rest}
      }`
    const inTurn = code(`for (const step of [${steps.join(', ')}]) await step()`)
    await expect(platform.run({ '002_b.mjs': inTurn })).rejects.toMatchObject({
      code: 'PLT_MIGRATION_ROLE',
      details: { migration: '002_b' },
    })
    const atOnce = code(`await Promise.all([${steps.join(', ')}].map((step) => step()))`)
    await expect(platform.run({ '002_b.mjs': atOnce })).rejects.toMatchObject({
      code: 'PLT_MIGRATION_ROLE',
    })
    expect(await platform.truth("SELECT to_regclass('public.fuga') AS oid")).toEqual([
      { oid: null },
    ])
  })

  it('by a function that an INSERT of a file calls', async () => {
    const platform = await startPlatform({
      files: {
        '001_a.sql': `CREATE TABLE nota (texto text);
          CREATE TABLE eu AS SELECT current_user::text AS nome;
          CREATE FUNCTION assume(quem text) RETURNS text LANGUAGE plpgsql
            AS $$ BEGIN RETURN set_config('ro' || 'le', quem, true); END $$;
          INSERT INTO nota VALUES (assume('none')); CREATE TABLE public.fuga (id int);
          INSERT INTO nota VALUES (module_vendas.assume((SELECT nome FROM module_vendas.eu)));`,
      },
    })
    await expect(platform.run()).rejects.toMatchObject({
      code: 'PLT_MIGRATION_ROLE',
      details: { line: 5 },
    })
  })
})
