import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { refusalOf } from './session-attack.js'
import { A, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'

/** What would weaken isolation; `%x%` stands for the name of a role. */
const REFUSED: Readonly<Record<string, string>> = {
  'alter table module_vendas.itens disable row level security': '42501',
  'alter table module_vendas.itens no force row level security': '42501',
  'alter table module_vendas.itens owner to current_user': '42501',
  'alter table module_vendas.itens alter organization_id drop default': '42501',
  'drop policy plataforma_tenant on module_vendas.itens': '42501',
  'create policy mine on module_vendas.itens using (true)': '42501',
  'alter policy plataforma_tenant on module_vendas.itens using (true)': '42501',
  'create rule mine as on insert to module_vendas.itens do also select 1': '42501',
  'create trigger mine before insert on module_vendas.itens execute function suppress_redundant_updates_trigger()':
    '42501',
  'create index on module_vendas.itens (nome)': '42501',
  'create view module_vendas.mine as select * from module_vendas.itens': '42501',
  'create materialized view module_vendas.mine as select 1': '42501',
  'create table module_vendas.mine (id int)': '42501',
  'create table public.mine (id int)': '42501',
  'create table plataforma.mine (id int)': '42501',
  'create table extensions.mine (id int)': '42501',
  'create temporary table mine (id int)': '42501',
  'select * into temporary mine from module_vendas.itens': '42501',
  'create function module_vendas.mine() returns int language sql as $$ select 1 $$': '42501',
  'create or replace function plataforma.tenant_id() returns text language sql as $$ select 1 $$':
    '42501',
  'alter function plataforma.tenant_id() security invoker': '42501',
  'drop function plataforma.tenant_id() cascade': '42501',
  'create schema mine': '42501',
  'drop schema module_vendas cascade': '42501',
  'alter schema module_vendas owner to current_user': '42501',
  'create extension hstore': '42501',
  'create publication mine for table module_vendas.itens': '42501',
  'create role mine': '42501',
  'create event trigger mine on ddl_command_start execute function f()': '42501',
  'truncate module_vendas.itens': '42501',
  'analyze module_vendas.itens': 'no effect',
  'comment on table module_vendas.itens is null': '42501',
  'grant select on module_vendas.itens to public': 'no effect',
  'alter default privileges in schema module_vendas grant all on tables to public': 'no effect',
  'reindex table module_vendas.itens': '42501',
  'alter table module_vendas.itens cluster on itens_pkey': '42501',
  'copy module_vendas.itens from stdin': '0A000',
  "copy module_vendas.itens to '/dev/null'": '42501',
  "copy (select 1) to program 'true'": '42501',
  'set session authorization postgres': '42501',
  'set session_replication_role = replica': '42501',
  'alter system set row_security = off': '42501',
  'select * from plataforma.context_keys': '42501',
  'insert into plataforma.modules (name) values (1)': '42501',
  'select * from pg_statistic': '42501',
  'select * from pg_authid': '42501',
  "select pg_read_file('PG_VERSION')": '42501',
  "select lo_import('/etc/passwd')": '42501',
  'select pg_reload_conf()': '42501',
  "select setval('module_vendas.numerados_id_seq', 1)": '42501',
  "select nextval('module_vendas.numerados_id_seq')": '42501',
  'select * from module_vendas.numerados_id_seq': '42501',
  'select lastval()': '55000',
  'set row_security = off; select * from module_vendas.itens': '42501',
}

const REACHABLE_ONLY_WITH_A_CONTEXT = [
  'select * from module_vendas.itens',
  'select count(*) from module_vendas.itens',
  'select organization_id from module_vendas.itens limit 1',
  "insert into module_vendas.itens (id, organization_id, nome) values (9, gen_random_uuid(), 'x')",
  "update module_vendas.itens set nome = 'x'",
  'delete from module_vendas.itens',
  'merge into module_vendas.itens using (select 1) as s on true when matched then delete',
  'select * from module_vendas.itens for update',
  'copy module_vendas.itens to stdout',
  'do $$ begin perform * from module_vendas.itens; end $$',
  'prepare p as select * from module_vendas.itens; execute p',
  'begin; declare c cursor for select * from module_vendas.itens; fetch c',
  'explain (analyze) select * from module_vendas.itens',
  'select * from module_vendas.itens tablesample system (100)',
  'select * from module_vendas.todos',
]

describe.each(GRADES)('a plain client on a module’s login, %s logins', (grade) => {
  let setting: Setting
  let client: pg.Client
  let before: unknown

  beforeAll(async () => {
    setting = await twoTenants(grade)
    await setting.vendas.createTable('numerados', [
      { name: 'id', type: 'BIGINT', identity: 'by default', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
    ])
    await setting.asAuthor(`create view todos as select * from itens;
      create materialized view guardados as select * from itens`)
    client = await setting.byHand()
    before = await security(setting)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  beforeEach(async () => {
    await client.query('rollback')
    await client.query('discard all')
  })

  const runtime = () => client.query(`set role "${setting.names.runtime('vendas')}"`)

  it('has nothing before it takes the role of the module', async () => {
    const { rows } = await client.query(
      'select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit from pg_roles where rolname = current_user',
    )
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolinherit: false,
      },
    ])
    for (const sql of REACHABLE_ONLY_WITH_A_CONTEXT) {
      expect([sql, await refusalOf(() => client.query(sql))]).toEqual([sql, '42501'])
      await client.query('rollback')
    }
  })

  it.each(REACHABLE_ONLY_WITH_A_CONTEXT)(
    'reads and writes no row without a context: %s',
    async (sql) => {
      await runtime()
      expect(await refusalOf(() => client.query(sql))).toBe('PLT01')
    },
  )

  it.each(Object.entries(REFUSED))('is refused: %s', async (sql, expected) => {
    expect((await refusalOf(() => client.query(sql))) ?? 'no effect').toMatch(
      /^(no effect|42501|3F000|0A000|55000)$/,
    )
    await client.query('rollback')
    await client.query('discard all')
    await runtime()
    expect((await refusalOf(() => client.query(sql))) ?? 'no effect').toBe(expected)
  })

  it('has changed nothing that isolation stands on by all of that', async () => {
    expect(await security(setting)).toEqual(before)
  })

  it('becomes no role but those of its modules', async () => {
    const { names } = setting
    const roles = [
      names.keyOwner,
      names.system,
      names.owner('vendas'),
      names.owner('estoque'),
      names.systemLogin(setting.secret.keyId),
      setting.target.superuser.user,
      'pg_read_all_data',
      'pg_monitor',
      ...(grade === 'dedicated' ? [names.runtime('estoque')] : []),
    ]
    for (const role of roles) {
      for (const sql of [
        `set role "${role}"`,
        `set local role "${role}"`,
        `select set_config('role', '${role}', false)`,
        `set session authorization "${role}"`,
        `grant "${role}" to "${setting.login}"`,
        `grant "${setting.names.runtime('vendas')}" to "${role}"`,
      ]) {
        expect([sql, await refusalOf(() => client.query(sql))]).toEqual([sql, '42501'])
      }
    }
  })

  it('has nothing as the group that the policies name', async () => {
    // Before PostgreSQL 16 who may inherit a role may also become it.
    await refusalOf(() => client.query(`set role "${setting.names.tenants}"`))
    for (const sql of REACHABLE_ONLY_WITH_A_CONTEXT) {
      expect([sql, await refusalOf(() => client.query(sql))]).toEqual([sql, '42501'])
      await client.query('rollback')
    }
  })

  it('reaches the other module as far as its grade says', async () => {
    await runtime()
    expect(await refusalOf(() => client.query('select * from module_estoque.itens'))).toBe('42501')
    await client.query('reset role')
    const become = `set role "${setting.names.runtime('estoque')}"`
    expect(await refusalOf(() => client.query(become))).toBe(
      grade === 'dedicated' ? '42501' : undefined,
    )
    expect(await refusalOf(() => client.query('select * from module_estoque.itens'))).toBe(
      grade === 'dedicated' ? '42501' : 'PLT01',
    )
  })

  it('sees no statistics of rows, and no materialized view', async () => {
    await setting.truth('analyze module_vendas.itens')
    await runtime()
    for (const view of ['pg_stats', 'pg_stats_ext', 'pg_stats_ext_exprs']) {
      const { rows } = await client.query(
        `select * from ${view} where schemaname = 'module_vendas' and tablename = 'itens'`,
      )
      expect(rows).toEqual([])
    }
    expect(await refusalOf(() => client.query('select * from module_vendas.guardados'))).toBe(
      '42501',
    )
    const seen = await setting.query(A, `select tablename from pg_stats where tablename = 'itens'`)
    expect(seen).toEqual([])
  })

  it('keeps prepared transactions from nobody’s data', async () => {
    await runtime()
    await client.query('begin')
    await client.query("insert into module_vendas.saque values ('x')")
    await client.query("prepare transaction 'by hand'")
    expect(await setting.truth('select from module_vendas.saque')).toEqual([])
    await client.query("rollback prepared 'by hand'")
  })
})

const ACL = `n.nspname ~ '^(module_|plataforma|public|extensions)'`

/** Everything that isolation stands on, as the catalogs have it. */
async function security(setting: Setting): Promise<unknown> {
  return await setting.truth(
    `
    select c.oid::regclass::text as name, concat_ws(' ', c.relkind, c.relrowsecurity,
      c.relforcerowsecurity, c.relacl, c.relowner::regrole) as state
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where ${ACL}
    union all select policyname, to_jsonb(p)::text from pg_policies as p
    union all select p.oid::regprocedure::text, concat_ws(' ', md5(p.prosrc), p.prosecdef, p.proacl,
      p.proowner::regrole)
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where ${ACL}
    union all select nspname, concat_ws(' ', nspacl, nspowner::regrole) from pg_namespace as n
    where ${ACL}
    union all select rolname, concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolinherit)
    from pg_roles where rolname like $1
    union all select roleid::regrole::text, member::regrole::text from pg_auth_members
    where roleid::regrole::text like $1 or member::regrole::text like $1
    order by 1, 2`,
    [`${setting.names.prefix}%`],
  )
}
