import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { refusalOf } from './session-attack.js'
import { A, B, C, GRADES, Setting } from './setting.js'

const TENANTS = [A, B, C] as const

/** What an owner does to a filled table must be right for every tenant, and open it to none. */
describe.each(GRADES)('work of a module’s owner on rows of several tenants, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await Setting.open(grade)
    const vendas = await setting.database.createModule('vendas')
    await setting.database.createModule('estoque')
    await vendas.createTable('clientes', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'nome', type: 'TEXT' },
    ])
    await vendas.createTable('pedidos', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
      { name: 'cliente_id', type: 'BIGINT' },
      { name: 'valor', type: 'INTEGER' },
    ])
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  beforeEach(async () => {
    const { vendas } = setting
    await setting.truth('delete from module_vendas.pedidos')
    await setting.truth('delete from module_vendas.clientes')
    for (const [at, tenant] of TENANTS.entries()) {
      await setting.as(tenant, async () => {
        await vendas.insert('clientes', [{ id: at, nome: tenant }])
        await vendas.insert('pedidos', [{ id: 1, cliente_id: at, valor: 10 * at }])
      })
    }
  })

  const asOwner = (text: string) =>
    setting.database.asOwner('vendas', (trx) => sql.raw(text).execute(trx))

  const ADD_REFERENCE = `alter table pedidos add constraint do_cliente
    foreign key (organization_id, cliente_id) references clientes (organization_id, id)
    on delete cascade`

  it('finds the orphans of every tenant when a reference is validated', async () => {
    await setting.truth(
      `update module_vendas.pedidos set cliente_id = 99 where organization_id = $1`,
      [B],
    )
    expect(await refusalOf(() => asOwner(ADD_REFERENCE))).toBe('23503')
    expect(
      await refusalOf(() =>
        asOwner(`${ADD_REFERENCE} not valid; alter table pedidos validate constraint do_cliente`),
      ),
    ).toBe('23503')
    await setting.truth(
      'update module_vendas.pedidos set cliente_id = 1 where organization_id = $1',
      [B],
    )
    await asOwner(ADD_REFERENCE)
    expect(
      await refusalOf(() => setting.query(A, 'update pedidos set cliente_id = 1 where id = 1')),
    ).toBe('23503')
    await setting.query(B, 'delete from clientes')
    const left = await setting.truth('select organization_id from module_vendas.pedidos order by 1')
    expect(left).toEqual([{ organization_id: A }, { organization_id: C }])
    await asOwner('alter table pedidos drop constraint do_cliente')
  })

  it('checks the rows of every tenant when a check or NOT NULL is added', async () => {
    await setting.truth(
      'update module_vendas.pedidos set valor = null where organization_id = $1',
      [C],
    )
    expect(await refusalOf(() => asOwner('alter table pedidos alter valor set not null'))).toBe(
      '23502',
    )
    expect(
      await refusalOf(() => asOwner('alter table pedidos add check (valor is not null)')),
    ).toBe('23514')
    expect(await refusalOf(() => asOwner('create unique index on pedidos (id)'))).toBe('23505')
  })

  it('fills a column in for every tenant', async () => {
    await asOwner('alter table pedidos add dobro int; update pedidos set dobro = valor * 2')
    const rows = await setting.truth('select dobro from module_vendas.pedidos order by dobro')
    expect(rows).toEqual([{ dobro: 0 }, { dobro: 20 }, { dobro: 40 }])
    await asOwner('alter table pedidos drop dobro')
  })

  it('moves a table that was no tenant’s under its tenants', async () => {
    await asOwner('create table notas (id bigint primary key, pedido_id bigint, texto text)')
    await asOwner('insert into notas select row_number() over (), id, nome from clientes')
    expect(await setting.query(A, 'select from notas')).toHaveLength(3)
    await asOwner(`alter table notas add organization_id uuid;
      update notas set organization_id = texto::uuid`)
    for (const tenant of TENANTS) {
      expect(await setting.query(tenant, 'select texto from notas')).toEqual([{ texto: tenant }])
    }
    await asOwner('drop table notas')
  })

  it('refuses to protect a table whose rows have no tenant', async () => {
    const work = () =>
      asOwner(`create table soltas (id bigint primary key, organization_id uuid);
        insert into soltas values (1, null)`)
    expect(await refusalOf(work)).toBe('23502')
    expect(await setting.truth("select to_regclass('module_vendas.soltas') as t")).toEqual([
      { t: null },
    ])
  })

  it('copies all rows with CREATE TABLE AS, and shows each tenant its own', async () => {
    await asOwner('create table copia as select * from clientes')
    expect(await setting.truth('select from module_vendas.copia')).toHaveLength(3)
    for (const tenant of TENANTS) {
      expect(await setting.query(tenant, 'select nome from copia')).toEqual([{ nome: tenant }])
      expect(
        await refusalOf(() =>
          setting.query(tenant, 'update copia set organization_id = $1', [
            TENANTS.find((other) => other !== tenant),
          ]),
        ),
      ).toBe('42501')
    }
    await asOwner('drop table copia')
  })

  it('materializes all rows, for no module to read', async () => {
    await asOwner('create materialized view resumo as select * from clientes')
    expect(await setting.truth('select from module_vendas.resumo')).toHaveLength(3)
    await setting.query(A, "insert into clientes (id, nome) values (50, 'novo')")
    await asOwner('refresh materialized view resumo')
    expect(await setting.truth('select from module_vendas.resumo')).toHaveLength(4)
    await asOwner('create view do_resumo as select * from resumo')
    for (const relation of ['resumo', 'do_resumo']) {
      expect(await refusalOf(() => setting.query(A, `select * from ${relation}`))).toBe('42501')
    }
    await asOwner('drop materialized view resumo cascade')
  })

  it('shows a tenant its own rows through views and functions of the owner', async () => {
    await asOwner(`
      create view nomes as select nome from clientes;
      create function nomes_do_dono() returns setof text language sql stable security definer
        as 'select nome from module_vendas.clientes';
      create function nomes_de_quem_chama() returns setof text language plpgsql
        as $$ begin return query execute 'select nome from clientes'; end $$`)
    const reads = [
      'select nome from nomes',
      'select nome from nomes_do_dono() as nome',
      'select nome from nomes_de_quem_chama() as nome',
    ]
    // Even where somebody takes it away that views read as their caller.
    for (const change of ['', 'alter view module_vendas.nomes reset (security_invoker)']) {
      if (change !== '') await setting.truth(change)
      for (const tenant of TENANTS) {
        for (const read of reads) {
          expect(await setting.query(tenant, read)).toEqual([{ nome: tenant }])
        }
      }
      const client = await setting.byHand({ role: setting.names.runtime('vendas') })
      for (const read of reads) {
        await client.query('set search_path = module_vendas')
        expect(await refusalOf(() => client.query(read))).toBe('PLT01')
      }
    }
    await asOwner('drop view nomes; drop function nomes_do_dono, nomes_de_quem_chama')
  })

  it('takes over a view that a superuser made in the schema, or says that it cannot', async () => {
    await setting.truth('create view module_vendas.alheia as select * from module_vendas.clientes')
    await setting.truth('grant select on module_vendas.alheia to public')
    try {
      const refused = await refusalOf(() => asOwner('select 1'))
      if (setting.target.administrator.restricted) {
        expect(refused).toBe('42501')
        return
      }
      expect(refused).toBeUndefined()
      for (const tenant of TENANTS) {
        expect(await setting.query(tenant, 'select nome from alheia')).toEqual([{ nome: tenant }])
      }
    } finally {
      await setting.truth('drop view module_vendas.alheia')
    }
  })

  it('protects children, partitions and renamed tables', async () => {
    await asOwner(`create table filhos () inherits (clientes);
      create table eventos (id bigint, organization_id uuid, em date) partition by range (em);
      create table eventos_1 partition of eventos for values from ('2026-01-01') to ('2027-01-01');
      create table avulsos (id bigint, organization_id uuid, em date)`)
    for (const tenant of TENANTS) {
      await setting.query(tenant, `insert into filhos (id, nome) values (7, $1)`, [tenant])
      await setting.query(tenant, `insert into eventos (id, em) values (1, '2026-05-05')`)
      await setting.query(tenant, `insert into avulsos (id, em) values (2, '2027-05-05')`)
    }
    await asOwner(`alter table eventos attach partition avulsos
        for values from ('2027-01-01') to ('2028-01-01');
      alter table filhos rename to netos`)
    for (const tenant of TENANTS) {
      expect(await setting.query(tenant, 'select distinct nome from netos')).toEqual([
        { nome: tenant },
      ])
      expect(await setting.query(tenant, 'select id from eventos order by id')).toEqual([
        { id: '1' },
        { id: '2' },
      ])
      expect(await setting.query(tenant, 'select nome from clientes')).toHaveLength(2)
      for (const part of ['eventos_1', 'avulsos']) {
        expect(await refusalOf(() => setting.query(tenant, `select * from ${part}`))).toBe('42501')
      }
    }
    await asOwner('drop table netos; drop table eventos')
  })

  it('leaves no setting of its work on the session of the administrator', async () => {
    await asOwner(`set default_transaction_read_only = on; set search_path = pg_catalog;
      set datestyle = 'SQL'; set session role none`).catch(() => {})
    await asOwner(`set default_transaction_read_only = on; set datestyle = 'SQL';
      set role "${setting.names.owner('vendas')}"`)
    await setting.database.createModule('depois')
    const { rows } = await sql<{ style: string; role: string }>`
      select current_setting('datestyle') as style, current_setting('role') as role`.execute(
      setting.database.admin.db,
    )
    expect(rows).toEqual([{ style: 'ISO, MDY', role: 'none' }])
  })

  it('is the owner’s alone: a tenant’s context does not open a module to its owner', async () => {
    await setting.as(A, () => asOwner('select 1'))
    const { rows } = await setting.as(A, () =>
      setting.database.asOwner('vendas', (trx) =>
        sql<{ n: number }>`select count(*)::int as n from clientes`.execute(trx),
      ),
    )
    expect(rows).toEqual([{ n: 3 }])
    expect(
      await refusalOf(() =>
        setting.database.asOwner('estoque', (trx) =>
          sql`select * from module_vendas.clientes`.execute(trx),
        ),
      ),
    ).toBe('42501')
  })
})
