import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { GRADES, ONE, OTHER, startPlatform } from './platform.fixture.js'

const CLIENTES = 'CREATE TABLE clientes (id int PRIMARY KEY, organization_id uuid, nome text);'

describe.each(GRADES)('%s logins: what a migration may', (grade) => {
  it('touch nothing of a module that has not opened it', async () => {
    const platform = await startPlatform({ grade, files: { '001_a.sql': CLIENTES } })
    await platform.run()
    await platform.as(ONE, `INSERT INTO clientes (id, nome) VALUES (1, 'a')`)
    for (const [number, text] of [
      'CREATE TABLE copia AS SELECT * FROM module_vendas.clientes;',
      'DROP TABLE module_vendas.clientes;',
      'CREATE TABLE module_vendas.alheia (id int);',
      'CREATE TABLE itens (id int REFERENCES module_vendas.clientes (id));',
      'DELETE FROM plataforma.tables;',
      'CREATE SCHEMA outro;',
      'CREATE ROLE intruso;',
    ].entries()) {
      const module = `estoque${number}`
      platform.write({ [`${module}/001_a.sql`]: text })
      await expect(platform.database.migrations.runModuleMigrations(module)).rejects.toMatchObject({
        code: 'PLT_MIGRATION_FAILED',
        sqlState: '42501',
      })
    }
    expect(await platform.as(ONE, 'SELECT id FROM clientes')).toEqual([{ id: 1 }])
  })

  it('make views over what a door opens, which show a tenant its own rows', async () => {
    const platform = await startPlatform({
      grade,
      files: { '001_a.sql': CLIENTES, 'estoque/001_a.sql': 'CREATE TABLE itens (id int);' },
    })
    await platform.run()
    await platform.as(ONE, `INSERT INTO clientes (id, nome) VALUES (1, 'a')`)
    const view = {
      'estoque/002_b.sql': 'CREATE VIEW vistos AS SELECT id FROM module_vendas.clientes;',
    }
    await expect(platform.run(view)).rejects.toMatchObject({ sqlState: '42501' })
    const door = { from: 'vendas', to: 'estoque', tables: ['clientes'] }
    await platform.database.isolation.grantAccess(door)
    await platform.run()
    expect(await platform.as(ONE, 'SELECT id FROM vistos', 'estoque')).toEqual([{ id: 1 }])
    expect(await platform.as(OTHER, 'SELECT id FROM vistos', 'estoque')).toEqual([])
  })

  it('create extensions that are allowed, for every module', async () => {
    const platform = await startPlatform({
      grade,
      files: {
        '001_a.sql': `CREATE EXTENSION IF NOT EXISTS citext;
          CREATE TABLE contatos (id int PRIMARY KEY, organization_id uuid, email citext);`,
      },
    })
    await platform.run()
    expect(
      await platform.truth(`SELECT nspname FROM pg_extension
        JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'citext'`),
    ).toEqual([{ nspname: 'extensions' }])
    const [owner] = await platform.truth<{ extension: string; module: string }>(`
      SELECT pg_get_userbyid(extowner) AS extension, pg_get_userbyid(nspowner) AS module
      FROM pg_extension, pg_namespace WHERE extname = 'citext' AND nspname = 'module_vendas'`)
    expect(owner?.extension).not.toBe(owner?.module)
    await platform.as(ONE, `INSERT INTO contatos (id, email) VALUES (1, 'A@B.C')`)
    expect(await platform.as(ONE, `SELECT id FROM contatos WHERE email = 'a@b.c'`)).toEqual([
      { id: 1 },
    ])
  })

  it('leave tables, views, functions and identities that the module can use', async () => {
    const platform = await startPlatform({
      grade,
      files: {
        '001_a.sql': `
          CREATE TABLE clientes (id serial PRIMARY KEY, organization_id uuid, nome text);
          CREATE VIEW nomes AS SELECT nome FROM clientes;
          CREATE FUNCTION quantos() RETURNS bigint LANGUAGE sql STABLE
            AS $$ SELECT count(*) FROM clientes $$;
          CREATE FUNCTION quantos_do_dono() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = module_vendas, pg_temp AS $$ SELECT count(*) FROM clientes $$;
          CREATE TYPE cor AS ENUM ('azul');
          CREATE DOMAIN curto AS text CHECK (length(value) < 5);
          CREATE TABLE etiquetas (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            organization_id uuid, cor cor, nome curto);
          CREATE SEQUENCE avulsa;`,
      },
    })
    await platform.run()
    for (const tenant of [ONE, OTHER, OTHER]) {
      await platform.as(tenant, `INSERT INTO clientes (nome) VALUES ('a')`)
      await platform.as(tenant, `INSERT INTO etiquetas (cor, nome) VALUES ('azul', 'x')`)
    }
    expect(await platform.as(ONE, 'SELECT count(*)::int AS n FROM nomes')).toEqual([{ n: 1 }])
    expect(await platform.as(OTHER, 'SELECT count(*)::int AS n FROM etiquetas')).toEqual([{ n: 2 }])
    expect(await platform.as(OTHER, 'SELECT quantos()::int AS n')).toEqual([{ n: 2 }])
    expect(await platform.as(OTHER, 'SELECT quantos_do_dono()::int AS n')).toEqual([{ n: 2 }])
    await expect(platform.as(ONE, `SELECT nextval('avulsa')`)).rejects.toMatchObject({
      sqlState: '42501',
    })
  })

  it('use temporary tables, which nobody protects and the next migration does not see', async () => {
    const carga = 'CREATE TEMP TABLE carga (id int, organization_id uuid);'
    const platform = await startPlatform({
      grade,
      files: {
        '001_a.sql': `${CLIENTES} ${carga}
          INSERT INTO carga VALUES (1, '${ONE}'), (2, '${OTHER}');
          INSERT INTO clientes (id, organization_id) SELECT id, organization_id FROM carga;`,
        '002_b.sql': `${carga} INSERT INTO clientes SELECT id + 2, organization_id FROM carga;`,
        'estoque/001_a.sql': carga,
      },
      migrations: { parallel: 1 },
    })
    await platform.run()
    expect(await platform.as(ONE, 'SELECT id FROM clientes')).toEqual([{ id: 1 }])
    expect(await platform.truth(`SELECT count(*)::int AS n FROM module_vendas.clientes`)).toEqual([
      { n: 2 },
    ])
    expect(await platform.truth(`SELECT relname FROM pg_class WHERE relname = 'carga'`)).toEqual([])
    await expect(platform.as(ONE, 'SELECT id FROM carga')).rejects.toMatchObject({
      sqlState: '42P01',
    })
  })

  it('leave what a later migration replaces as the module can use it', async () => {
    const platform = await startPlatform({
      grade,
      files: {
        '001_a.sql': `${CLIENTES} CREATE VIEW nomes AS SELECT nome FROM clientes;`,
        '002_b.sql': `DROP VIEW nomes; CREATE VIEW nomes AS SELECT id, nome FROM clientes;`,
        '003_c.sql': `CREATE OR REPLACE VIEW nomes AS SELECT id, nome, 1 AS um FROM clientes;`,
      },
    })
    await platform.run()
    await platform.as(ONE, `INSERT INTO clientes (id, nome) VALUES (1, 'a')`)
    expect(await platform.as(ONE, 'SELECT id, um FROM nomes')).toEqual([{ id: 1, um: 1 }])
    expect(await platform.as(OTHER, 'SELECT id FROM nomes')).toEqual([])
  })

  it('change nothing for who comes after it on the session', async () => {
    const platform = await startPlatform({
      grade,
      files: {
        '001_a.sql': `${CLIENTES} SET search_path = public; SET statement_timeout = 1;
          RESET statement_timeout; CREATE TABLE module_vendas.mais (id int);`,
        '002_b.sql': 'CREATE TABLE ainda_aqui (id int);',
      },
    })
    await platform.run()
    expect(
      await platform.truth(`SELECT relname FROM pg_class
        WHERE relnamespace = 'module_vendas'::regnamespace AND relname = 'ainda_aqui'`),
    ).toEqual([{ relname: 'ainda_aqui' }])
    const { rows } = await sql`
      SELECT current_setting('role') AS role, coalesce(current_setting('plataforma.context', true), '') AS context`.execute(
      platform.database.admin.db,
    )
    expect(rows).toEqual([{ role: 'none', context: '' }])
  })
})
