import { describe, expect, it } from 'vitest'
import { GRADES, ONE, OTHER, startPlatform } from './platform.fixture.js'

const TABLES = `
  CREATE TABLE clientes (id int PRIMARY KEY, organization_id uuid NOT NULL, nome text);
  CREATE TABLE pedidos (id int PRIMARY KEY, organization_id uuid NOT NULL, cliente_id int);`

/** Rows of two tenants, written through the module by each of them. */
async function filled(grade: (typeof GRADES)[number] = 'shared') {
  const platform = await startPlatform({ grade, files: { '001_tabelas.sql': TABLES } })
  await platform.run()
  for (const [id, tenant] of [
    [1, ONE],
    [2, OTHER],
  ] as const) {
    await platform.as(tenant, `INSERT INTO clientes (id, nome) VALUES (${id}, 'c${id}')`)
    await platform.as(tenant, `INSERT INTO pedidos (id, cliente_id) VALUES (${id}, ${id})`)
  }
  return platform
}

describe.each(GRADES)('%s logins: a migration works on all tenants’ rows', (grade) => {
  it('as the owner of the module, under a context of its kind', async () => {
    const platform = await filled(grade)
    await platform.run({
      '002_quem.sql': `CREATE TABLE quem AS
        SELECT current_user::text AS usuario, plataforma.owner_mode() AS dono,
          current_setting('search_path') AS caminho;`,
    })
    const rows = await platform.truth(`
      SELECT usuario = pg_get_userbyid(nspowner) AS dono_do_esquema, dono, caminho
      FROM module_vendas.quem, pg_namespace WHERE nspname = 'module_vendas'`)
    expect(rows).toEqual([
      { dono_do_esquema: true, dono: true, caminho: 'module_vendas, extensions, pg_temp' },
    ])
  })

  it.each([
    ['UPDATE', `UPDATE clientes SET nome = 'novo';`],
    ['DO', `DO $$ BEGIN UPDATE clientes SET nome = 'novo'; END $$;`],
    [
      'a function',
      `CREATE FUNCTION renova() RETURNS void LANGUAGE sql AS $$ UPDATE clientes SET nome = 'novo' $$;
       SELECT renova();`,
    ],
  ])('a backfill by %s fills every row', async (_, text) => {
    const platform = await filled(grade)
    await platform.run({ '002_preenche.sql': text })
    expect(await platform.truth('SELECT DISTINCT nome FROM module_vendas.clientes')).toEqual([
      { nome: 'novo' },
    ])
  })

  it('in code, inside its savepoints too', async () => {
    const platform = await filled(grade)
    await platform.run({
      '002_conta.mjs': `export async function up(db) {
        const many = await db.transaction().execute((trx) =>
          trx.selectFrom('clientes').select(trx.fn.countAll().as('n')).executeTakeFirstOrThrow())
        if (Number(many.n) !== 2) throw new Error('saw ' + many.n)
        await db.updateTable('clientes').set({ nome: 'em código' }).execute()
      }`,
    })
    expect(await platform.truth('SELECT DISTINCT nome FROM module_vendas.clientes')).toEqual([
      { nome: 'em código' },
    ])
  })

  it('a foreign key is checked against the rows of all, and orphans are refused', async () => {
    const platform = await filled(grade)
    await platform.as(OTHER, 'INSERT INTO pedidos (id, cliente_id) VALUES (3, 99)')
    const key = 'ALTER TABLE pedidos ADD FOREIGN KEY (cliente_id) REFERENCES clientes (id);'
    await expect(platform.run({ '002_chave.sql': key })).rejects.toMatchObject({
      code: 'PLT_MIGRATION_FAILED',
      sqlState: '23503',
    })
    await platform.as(OTHER, 'DELETE FROM pedidos WHERE id = 3')
    await platform.run()
    expect(
      await platform.truth(`SELECT convalidated FROM pg_constraint
        WHERE conrelid = 'module_vendas.pedidos'::regclass AND contype = 'f'`),
    ).toEqual([{ convalidated: true }])
  })

  it('and so in every step where a key is added first and validated later', async () => {
    const platform = await filled(grade)
    await platform.as(OTHER, 'INSERT INTO pedidos (id, cliente_id) VALUES (3, 99)')
    await platform.run({
      '002_chave.sql': `ALTER TABLE pedidos ADD CONSTRAINT do_cliente
        FOREIGN KEY (cliente_id) REFERENCES clientes (id) NOT VALID;`,
    })
    const validate = { '003_valida.sql': 'ALTER TABLE pedidos VALIDATE CONSTRAINT do_cliente;' }
    await expect(platform.run(validate)).rejects.toMatchObject({ sqlState: '23503' })
  })

  it('never as the tenant in whose context it was called', async () => {
    const platform = await filled(grade)
    await platform.as(OTHER, 'INSERT INTO pedidos (id, cliente_id) VALUES (3, 99)')
    platform.write({
      '002_preenche.sql': `UPDATE clientes SET nome = 'de todos';`,
      '003_chave.sql': 'ALTER TABLE pedidos ADD FOREIGN KEY (cliente_id) REFERENCES clientes (id);',
    })
    const run = () => platform.database.migrations.runModuleMigrations('vendas')
    await expect(platform.database.withContext({ tenantId: ONE }, run)).rejects.toMatchObject({
      code: 'PLT_MIGRATION_FAILED',
      sqlState: '23503',
    })
    expect(await platform.truth('SELECT DISTINCT nome FROM module_vendas.clientes')).toEqual([
      { nome: 'de todos' },
    ])
  })

  it('and never in the transaction in which it was called', async () => {
    const platform = await filled(grade)
    platform.write({ '002_nova.sql': 'CREATE TABLE nova (id int, organization_id uuid);' })
    const { database } = platform
    await database
      .withContext({ tenantId: ONE }, () =>
        database.module('vendas').transaction(async (tx) => {
          await tx.query('SELECT 1')
          await database.migrations.runModuleMigrations('vendas')
          throw new Error('undone')
        }),
      )
      .catch(() => {})
    expect(await platform.as(ONE, 'SELECT id FROM nova')).toEqual([])
  })

  it('a materialized view holds the rows of all, and no tenant reads it', async () => {
    const platform = await filled(grade)
    await platform.run({
      '002_visao.sql': 'CREATE MATERIALIZED VIEW soma AS SELECT count(*) AS n FROM clientes;',
    })
    expect(await platform.truth('SELECT n FROM module_vendas.soma')).toEqual([{ n: '2' }])
    await expect(platform.as(ONE, 'SELECT n FROM soma')).rejects.toMatchObject({
      sqlState: '42501',
    })
    await platform.as(ONE, `INSERT INTO clientes (id, nome) VALUES (3, 'c3')`)
    await platform.run({ '003_renova.sql': 'REFRESH MATERIALIZED VIEW soma;' })
    expect(await platform.truth('SELECT n FROM module_vendas.soma')).toEqual([{ n: '3' }])
  })
})
