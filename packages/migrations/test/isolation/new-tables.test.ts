import { describe, expect, it } from 'vitest'
import {
  GRADES,
  LATE_POLICIES,
  ONE,
  OTHER,
  startPlatform,
  UNPROTECTED,
} from './platform.fixture.js'

const BASE = 'CREATE TABLE base (id int PRIMARY KEY, organization_id uuid NOT NULL);'
const HEAD = '-- @metadata {"version": "1.0.0", "dependencies": []}\n'

interface Case {
  readonly way: string
  /** The table that has rows of two tenants in the end. */
  readonly table: string
  readonly files: Readonly<Record<string, string>>
}

const CASES: readonly Case[] = [
  {
    way: 'CREATE TABLE',
    table: 'clientes',
    files: { '001_a.sql': 'CREATE TABLE clientes (id int PRIMARY KEY, organization_id uuid);' },
  },
  {
    way: 'CREATE TABLE AS',
    table: 'copia',
    files: {
      '001_a.sql': `${BASE}
        INSERT INTO base VALUES (100, '${ONE}'), (101, '${OTHER}');
        CREATE TABLE copia AS SELECT * FROM base WHERE id < 0;`,
    },
  },
  {
    way: 'SELECT INTO',
    table: 'copia',
    files: { '001_a.sql': `${BASE} SELECT id, organization_id INTO copia FROM base;` },
  },
  {
    way: 'CREATE TABLE LIKE',
    table: 'copia',
    files: { '001_a.sql': `${BASE} CREATE TABLE copia (LIKE base INCLUDING ALL);` },
  },
  {
    way: 'CREATE UNLOGGED TABLE',
    table: 'rapida',
    files: { '001_a.sql': 'CREATE UNLOGGED TABLE rapida (id int, organization_id uuid);' },
  },
  {
    way: 'DO in a subtransaction that survives',
    table: 'feita',
    files: {
      '001_a.sql': `DO $$ BEGIN
        BEGIN
          CREATE TABLE desfeita (id int, organization_id uuid);
          PERFORM 1 / 0;
        EXCEPTION WHEN division_by_zero THEN
          BEGIN
            CREATE TABLE feita (id int, organization_id uuid);
          EXCEPTION WHEN undefined_table THEN NULL;
          END;
        END;
      END $$;`,
    },
  },
  {
    way: 'EXECUTE in a function',
    table: 'feita',
    files: {
      '001_a.sql': `CREATE FUNCTION faz(nome text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
          EXECUTE format('CREATE TABLE %I (id int, organization_id uuid)', nome);
        END $$;
        SELECT faz('feita');`,
    },
  },
  {
    way: 'a savepoint in code',
    table: 'feita',
    files: {
      '001_a.mjs': `
        const make = (trx, name) => trx.schema.createTable(name)
          .addColumn('id', 'integer').addColumn('organization_id', 'uuid').execute()
        export async function up(db) {
          await db.transaction().execute(async (trx) => {
            await make(trx, 'desfeita')
            throw new Error('undone')
          }).catch(() => {})
          await db.transaction().execute((trx) => make(trx, 'feita'))
        }`,
    },
  },
  {
    way: 'ADD COLUMN in a later migration',
    table: 'base',
    files: {
      '001_a.sql': 'CREATE TABLE base (id int PRIMARY KEY);',
      '002_b.sql': 'ALTER TABLE base ADD COLUMN organization_id uuid;',
    },
  },
  {
    way: 'RENAME COLUMN',
    table: 'base',
    files: {
      '001_a.sql': 'CREATE TABLE base (id int PRIMARY KEY, empresa uuid);',
      '002_b.sql': 'ALTER TABLE base RENAME COLUMN empresa TO organization_id;',
    },
  },
  {
    way: 'RENAME TO in the same migration',
    table: 'nova',
    files: { '001_a.sql': `${BASE} ALTER TABLE base RENAME TO nova;` },
  },
  {
    way: 'RENAME TO in a later migration',
    table: 'nova',
    files: { '001_a.sql': BASE, '002_b.sql': 'ALTER TABLE base RENAME TO nova;' },
  },
  {
    way: 'DROP and CREATE under the same name',
    table: 'base',
    files: { '001_a.sql': BASE, '002_b.sql': `DROP TABLE base; ${BASE}` },
  },
  {
    way: 'a partitioned table with its partitions',
    table: 'medidas',
    files: {
      '001_a.sql': `
        CREATE TABLE medidas (id int, organization_id uuid) PARTITION BY RANGE (id);
        CREATE TABLE medidas_1 PARTITION OF medidas FOR VALUES FROM (0) TO (10);`,
    },
  },
  {
    way: 'partitions in later migrations, one attached',
    table: 'medidas',
    files: {
      '001_a.sql':
        'CREATE TABLE medidas (id int, organization_id uuid NOT NULL) PARTITION BY RANGE (id);',
      '002_b.sql': 'CREATE TABLE medidas_1 PARTITION OF medidas FOR VALUES FROM (0) TO (10);',
      '003_c.sql': `CREATE TABLE medidas_2 (id int, organization_id uuid NOT NULL);
        ALTER TABLE medidas ATTACH PARTITION medidas_2 FOR VALUES FROM (10) TO (20);`,
    },
  },
  {
    way: 'INHERITS',
    table: 'filha',
    files: { '001_a.sql': `${BASE} CREATE TABLE filha (nota text) INHERITS (base);` },
  },
  {
    way: 'each statement by itself',
    table: 'base',
    files: {
      '001_a.sql': `-- @metadata {"version": "1.0.0", "dependencies": [], "transaction": false}
        ${BASE}
        CREATE INDEX CONCURRENTLY base_id ON base (id);`,
    },
  },
  {
    way: 'a file that mixes both kinds of statements',
    table: 'segunda',
    files: {
      '001_a.sql': `${HEAD}${BASE}
        CREATE INDEX CONCURRENTLY base_id ON base (id);
        CREATE TABLE segunda (id int, organization_id uuid);`,
    },
  },
]

describe.each(GRADES)('%s logins: what a migration makes is protected', (grade) => {
  it.each(CASES)('by $way', async ({ files, table }) => {
    const platform = await startPlatform({ grade, files })
    await platform.run()
    expect(await platform.truth(UNPROTECTED)).toEqual([])
    expect(await platform.truth(LATE_POLICIES)).toEqual([])
    for (const [id, tenant] of [
      [1, ONE],
      [2, OTHER],
    ] as const) {
      await platform.as(tenant, `INSERT INTO ${table} (id) VALUES (${id})`)
      await expect(
        platform.as(
          tenant,
          `INSERT INTO ${table} (id, organization_id)
          VALUES (3, '${tenant === ONE ? OTHER : ONE}')`,
        ),
      ).rejects.toMatchObject({ sqlState: '42501' })
    }
    expect(await platform.as(ONE, `SELECT id FROM ${table}`)).toEqual([{ id: 1 }])
    expect(await platform.as(OTHER, `SELECT id FROM ${table}`)).toEqual([{ id: 2 }])
    expect(
      await platform.as(OTHER, `UPDATE ${table} SET id = 5 WHERE id = 1 RETURNING id`),
    ).toEqual([])
    expect(platform.told).toContain(`vendas.${table}`)

    const status = await platform.database.migrations.getModuleStatus('vendas')
    expect(status).toMatchObject({ state: 'current', unprotected: [] })
  })
})

it('protects in the transaction that makes the table', async () => {
  const platform = await startPlatform({ files: { '001_a.sql': BASE } })
  await platform.run()
  const rows = await platform.truth(`
    SELECT DISTINCT xmin::text AS xid FROM (
      SELECT xmin FROM pg_class WHERE oid = 'module_vendas.base'::regclass
      UNION ALL SELECT xmin FROM pg_policy WHERE polrelid = 'module_vendas.base'::regclass
      UNION ALL SELECT xmin FROM pg_attribute
        WHERE attrelid = 'module_vendas.base'::regclass AND attname = 'id'
    ) AS all_of_it`)
  expect(rows).toHaveLength(1)
})

it('protects a table that SET SCHEMA brings into the module', async () => {
  const platform = await startPlatform({ files: { '001_a.sql': BASE } })
  await platform.run()
  const [owner] = await platform.truth<{ name: string }>(
    `SELECT pg_get_userbyid(nspowner) AS name FROM pg_namespace WHERE nspname = 'module_vendas'`,
  )
  await platform.truth(`CREATE SCHEMA chegada;
    CREATE TABLE chegada.vinda (id int, organization_id uuid);
    GRANT USAGE, CREATE ON SCHEMA chegada TO "${owner?.name}";
    ALTER TABLE chegada.vinda OWNER TO "${owner?.name}"`)
  await platform.run({ '002_b.sql': 'ALTER TABLE chegada.vinda SET SCHEMA module_vendas;' })
  expect(await platform.truth(UNPROTECTED)).toEqual([])
  expect(await platform.truth(LATE_POLICIES)).toEqual([])
  await platform.as(ONE, 'INSERT INTO vinda (id) VALUES (1)')
  expect(await platform.as(OTHER, 'SELECT id FROM vinda')).toEqual([])
})

it('direct access to a partition is refused', async () => {
  const platform = await startPlatform({
    files: {
      '001_a.sql': `
        CREATE TABLE medidas (id int, organization_id uuid) PARTITION BY RANGE (id);
        CREATE TABLE medidas_1 PARTITION OF medidas FOR VALUES FROM (0) TO (10);`,
      '002_b.sql': 'CREATE TABLE medidas_2 PARTITION OF medidas FOR VALUES FROM (10) TO (20);',
    },
  })
  await platform.run()
  for (const partition of ['medidas_1', 'medidas_2']) {
    await expect(platform.as(ONE, `SELECT * FROM ${partition}`)).rejects.toMatchObject({
      sqlState: '42501',
    })
  }
})

it('leaves a table of a `rls: false` migration open to all, and says so', async () => {
  const platform = await startPlatform({
    files: {
      '001_a.sql': `-- @metadata {"version": "1.0.0", "dependencies": [], "rls": false}
        CREATE TABLE modelos (id int PRIMARY KEY, organization_id uuid);`,
      '002_b.sql': 'ALTER TABLE modelos ADD COLUMN nome text; CREATE INDEX ON modelos (nome);',
      '003_c.sql': BASE,
    },
  })
  await platform.run()
  expect(await platform.truth(UNPROTECTED)).toEqual([{ name: 'modelos' }])
  await platform.as(ONE, `INSERT INTO modelos (id, organization_id) VALUES (1, '${ONE}')`)
  expect(await platform.as(OTHER, 'SELECT id FROM modelos')).toEqual([{ id: 1 }])
  const status = await platform.database.migrations.getModuleStatus('vendas')
  expect(status.unprotected).toEqual(['modelos'])
})

it('a table that cannot be protected takes the whole migration back', async () => {
  const platform = await startPlatform({
    files: {
      '001_a.sql': `${BASE} INSERT INTO base VALUES (1, '${ONE}');`,
      '002_b.sql': `CREATE TABLE vazia (id int, organization_id uuid);
        INSERT INTO vazia VALUES (1, NULL);`,
    },
  })
  await expect(platform.run()).rejects.toMatchObject({ code: expect.stringMatching(/^PLT_/) })
  expect(await platform.truth(`SELECT to_regclass('module_vendas.vazia') AS oid`)).toEqual([
    { oid: null },
  ])
  expect(await platform.database.migrations.getModuleStatus('vendas')).toMatchObject({
    applied: [{ name: '001_a' }],
    pending: [{ name: '002_b' }],
  })
})

it('a table that a rollback drops is forgotten, and protected when it comes again', async () => {
  const platform = await startPlatform({
    files: { '001_a.sql': `${HEAD}${BASE}\n-- @down\nDROP TABLE base;` },
  })
  await platform.run()
  await platform.database.migrations.rollback({ module: 'vendas', steps: 1 })
  expect(
    await platform.truth(`SELECT name FROM plataforma.tables WHERE module = 'vendas'`),
  ).toEqual([])
  await platform.run()
  expect(await platform.truth(UNPROTECTED)).toEqual([])
  expect(
    await platform.truth(`SELECT name FROM plataforma.tables WHERE module = 'vendas'`),
  ).toEqual([{ name: 'base' }])
})

describe('a table whose tenant column is generated', () => {
  const MADE = `CREATE TABLE calculada (dono uuid,
    organization_id uuid GENERATED ALWAYS AS (dono) STORED);`

  it('is refused with what to do', async () => {
    const platform = await startPlatform({ files: { '001_a.sql': MADE } })
    await expect(platform.run()).rejects.toMatchObject({
      code: 'PLT_OPTION_INVALID',
      table: 'calculada',
      column: 'organization_id',
      remedy: expect.stringContaining('ordinary column'),
    })
    expect(await platform.truth("SELECT to_regclass('module_vendas.calculada') AS t")).toEqual([
      { t: null },
    ])
  })

  it('may be left open', async () => {
    const platform = await startPlatform({
      files: { '001_a.sql': `-- @metadata {"rls": false}\n${MADE}` },
    })
    await expect(platform.run()).resolves.toMatchObject({ applied: [{ name: '001_a' }] })
  })
})
