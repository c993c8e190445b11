import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMINISTRATORS, administratorHandle, TestInstallation } from '../isolation.fixture.js'
import { ModuleIsolationManager } from '../module-isolation-manager.js'

const UUIDS = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b']
describe.each(ADMINISTRATORS)('protecting tables by a %s administrator', (administrator) => {
  let installation: TestInstallation
  let vendas: pg.Client
  let system: pg.Client

  beforeAll(async () => {
    installation = await TestInstallation.start({ administrator })
    await installation.manager.createModule('vendas')
    vendas = await installation.module('vendas')
    system = await installation.connectAs({ kind: 'system' })
    await system.query(`set role "${installation.names.system}"`)
    await system.query('set search_path = module_vendas')
  })

  afterAll(() => installation.close())

  const owner = (...statements: string[]) => installation.asOwner('vendas', statements)
  const protect = (table: string) => installation.manager.protectTable('vendas', table)
  const as = (tenant: string) => installation.setTenant(vendas, tenant)

  it('lets the owner validate a reference and fill a column for every tenant', async () => {
    await owner(
      'create table parent (organization_id text, id int, primary key (organization_id, id))',
      'create table child (organization_id text, id int primary key, parent_id int)',
      `insert into parent values ('a', 1), ('b', 2)`,
      `insert into child values ('a', 1, 1), ('b', 2, 2), ('b', 3, 9)`,
    )
    await protect('parent')
    await protect('child')
    const reference = `alter table child add foreign key (organization_id, parent_id) references parent`
    await expect(owner(reference)).rejects.toMatchObject({ code: '23503' })
    await owner('delete from child where id = 3', reference, 'alter table child add name text')
    await owner(`update child set name = 'filled'`, 'alter table child alter name set not null')
    const { rows } = await system.query(
      `select count(*)::int as n from child where name = 'filled'`,
    )
    expect(rows).toEqual([{ n: 2 }])
    await as('a')
    await expect(vendas.query(`insert into child values ('a', 7, 2, '')`)).rejects.toMatchObject({
      code: '23503',
    })
  })

  it('turns serial columns into identity columns that go on where they were', async () => {
    await owner(
      'create table ticket (id serial primary key, organization_id text, other bigint not null)',
      'create sequence other_seq increment 5 start 100',
      `alter table ticket alter other set default nextval('other_seq')`,
      `insert into ticket (organization_id) values ('a'), ('b')`,
    )
    await protect('ticket')
    await as('a')
    const { rows } = await vendas.query('insert into ticket default values returning id, other')
    expect(rows).toEqual([{ id: 3, other: '110' }])
    await expect(vendas.query(`select nextval('ticket_id_seq')`)).rejects.toMatchObject({
      code: '42501',
    })
    await owner(
      'create sequence shared_seq',
      `create table one (id int primary key default nextval('shared_seq'), organization_id text)`,
      `create table two (id int primary key default nextval('shared_seq'), organization_id text)`,
    )
    expect((await protect('one')).map((finding) => finding.id)).toEqual([
      'sequence-default',
      'unique-across-tenants',
    ])
  })

  it('reports keys that cross tenants', async () => {
    await owner(
      'create table customer (id uuid primary key default gen_random_uuid(), organization_id uuid, email text unique, code text)',
      'create unique index customer_code on customer (lower(code))',
      'create unique index customer_fine on customer (organization_id, code)',
      'create table purchase (id uuid primary key, organization_id uuid, customer_id uuid references customer)',
    )
    await protect('customer')
    const findings = [...(await protect('customer')), ...(await protect('purchase'))]
    expect(findings.map(({ id, grade }) => [id, grade])).toEqual([
      ['unique-across-tenants', 'warning'],
      ['unique-across-tenants', 'warning'],
      ['reference-across-tenants', 'warning'],
    ])
    expect(findings[1]?.sql).toContain('DROP CONSTRAINT "customer_email_key"')
    expect(findings[0]?.message).toContain('lower(code)')
  })

  it('refuses what it cannot protect', async () => {
    await owner(
      'create table plain (id int primary key, organization_id int, empty text)',
      'create view plain_view as select * from plain',
      `create collation case_blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
      'create table blind (organization_id text collate case_blind)',
      'create domain tenant as uuid',
      'create table domained (organization_id tenant)',
      `create table computed (id text, organization_id text generated always as (id) stored)`,
    )
    const refusal = (table: string, tenantColumn?: string) =>
      installation.manager.protectTable('vendas', table, { tenantColumn }).then(
        () => 'accepted',
        (error) => error.code,
      )
    expect(await refusal('plain')).toBe('PLT_TYPE_INVALID')
    expect(await refusal('blind')).toBe('PLT_TYPE_INVALID')
    expect(await refusal('domained')).toBe('PLT_TYPE_INVALID')
    expect(await refusal('computed')).toBe('PLT_OPTION_INVALID')
    expect(await refusal('plain', 'nothing')).toBe('PLT_TENANT_COLUMN_MISSING')
    expect(await refusal('plain_view')).toBe('PLT_OPTION_INVALID')
    expect(await refusal('nothing')).toBe('PLT_TABLE_NOT_FOUND')
    expect(await refusal(`x"; drop table plain; --`)).toBe('PLT_TABLE_NOT_FOUND')
    await expect(installation.manager.protectTable('none', 'plain')).rejects.toMatchObject({
      code: 'PLT_MODULE_NOT_FOUND',
    })
    await owner(`insert into plain (id) values (1)`)
    const unfilled = installation.manager.protectTable('vendas', 'plain', { tenantColumn: 'empty' })
    await expect(unfilled).rejects.toMatchObject({
      code: 'PLT_NOT_NULL_VIOLATION',
      column: 'empty',
      remedy: expect.stringContaining('as the owner'),
    })
  })

  it('quotes what must be quoted', async () => {
    await owner(
      'create table "Odd ""table""" ("Org id" uuid, "a\'b" int)',
      `insert into "Odd ""table""" values ('${UUIDS[0]}', 1), ('${UUIDS[1]}', 2)`,
    )
    const odd = () =>
      installation.manager.protectTable('vendas', 'Odd "table"', { tenantColumn: 'Org id' })
    await odd()
    const policies = sql`
      select p.oid from pg_policy p join pg_class c on c.oid = polrelid where relname = 'Odd "table"'`
    const before = (await policies.execute(installation.db)).rows
    await odd()
    expect((await policies.execute(installation.db)).rows).toEqual(before)
    await as(UUIDS[1] ?? '')
    expect((await vendas.query('select "a\'b" as n from "Odd ""table"""')).rows).toEqual([{ n: 2 }])
  })

  it('takes over a table that the administrator made in the schema', async () => {
    await installation
      .run(`
      create table module_vendas.foreign_made (id int primary key, organization_id text)`)
      .catch((error) => {
        // A restricted administrator on 16 and later has no right of its own in the schema.
        if (error.code !== '42501') throw error
      })
    const { rows } = await sql`select from pg_tables where tablename = 'foreign_made'`.execute(
      installation.db,
    )
    if (rows.length === 0) return
    await protect('foreign_made')
    await as('a')
    await vendas.query('insert into foreign_made (id) values (1)')
    await as('b')
    expect((await vendas.query('select * from foreign_made')).rows).toEqual([])
  })

  it('is protected by 8 processes at once', async () => {
    await owner('create table raced (id int primary key, organization_id text)')
    const handles = Array.from({ length: 8 }, () => administratorHandle(installation.database, 1))
    await Promise.all(
      handles.map(async (db) => {
        const options = { db, secret: 'of this test', login: 'dedicated' } as const
        const manager = await ModuleIsolationManager.open(options)
        await manager.protectTable('vendas', 'raced')
        await db.destroy()
      }),
    )
    const { rows } = await sql`
      select (select count(*)::int from pg_policy where polrelid = c.oid) as policies,
        (select count(*)::int from pg_index where indrelid = c.oid) as indexes
      from pg_class c where relname = 'raced'`.execute(installation.db)
    expect(rows).toEqual([{ policies: 3, indexes: 2 }])
  })
})
