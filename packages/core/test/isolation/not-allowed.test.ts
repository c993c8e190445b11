import { CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from './session-attack.js'
import { A, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'
import { expectUnharmed, standing } from './victim.js'

/** None of these may be sent; however they begin, PostgreSQL would see what they are. */
const TEXTS = [
  'do $$ begin end $$',
  '/* /* */ SELECT */ do $$ begin end $$',
  '/*/* select */*/ /* -- */ Do $$ begin end $$',
  '-- select\ndo $$ begin end $$',
  '-- select\rdo $$ begin end $$',
  '\f\v\n\t do $$ begin end $$',
  '((((do $$ begin end $$',
  "call p('select')",
  'prepare p as select 1',
  'execute p',
  'deallocate all',
  "set role 'x'",
  'set local search_path = x',
  'reset all',
  'show all',
  'discard all',
  'begin',
  'start transaction',
  'commit',
  'commit and chain',
  'end',
  'rollback',
  'abort',
  'savepoint s',
  'release s',
  "prepare transaction 'x'",
  "commit prepared 'x'",
  'listen x',
  'notify x',
  'unlisten *',
  'explain select * from itens',
  'explain (analyze) select * from itens',
  'analyze itens',
  'vacuum',
  'copy itens to stdout',
  'copy itens from stdin',
  'declare c cursor with hold for select 1',
  'fetch c',
  'move c',
  'close all',
  'lock table itens in access exclusive mode',
  'truncate itens',
  'create table x (id int)',
  'create temporary table x (id int)',
  'create view v as select * from itens',
  'alter table itens disable row level security',
  "alter role current_user password 'x'",
  'drop table itens',
  'grant select on itens to public',
  'security label on table itens is null',
  'refresh materialized view v',
  "load 'x'",
  'checkpoint',
  'table itens',
  '',
  ';',
  '-- select 1',
  '/* select 1',
  '\uFEFFselect 1',
  '\u00A0select 1',
  'ſelect 1',
  'selecT\u0301 1',
  '$$select$$',
  '"select" 1',
  'U&"select" 1',
]

/** Allowed by their first word, and refused or harmless all the same. */
const SEVERAL = [
  'select 1; select 2',
  'select 1; do $$ begin end $$',
  "select 1;\n/* */ set role 'x'",
  'values (1); commit',
  'with x as (select 1) select * from x; reset role',
]

describe.each(GRADES)('what a module may not send, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await twoTenants(grade)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  const ways: Readonly<Record<string, (text: string) => Promise<unknown>>> = {
    'a verb': (text) => setting.vendas.query(text),
    'a transaction': (text) => setting.vendas.transaction((tx) => tx.query(text)),
    'a fragment': (text) => sql.raw(text).execute(setting.vendas.db),
    'a compiled query': (text) => setting.vendas.db.executeQuery(CompiledQuery.raw(text)),
    'a compiled query of a builder': (text) =>
      setting.vendas.db.executeQuery({
        ...setting.vendas.db.selectFrom('itens').select('id').compile(),
        sql: text,
      }),
    'a transaction of Kysely': (text) =>
      setting.vendas.db.transaction().execute((trx) => sql.raw(text).execute(trx)),
    'a connection of Kysely': (text) =>
      setting.vendas.db.connection().execute((held) => sql.raw(text).execute(held)),
    'a transaction across modules': (text) =>
      setting.database.transaction((tx) => tx.module('vendas').query(text)),
  }

  it.each(Object.keys(ways))('is refused by %s before it is sent', async (name) => {
    const before = await standing(setting)
    const way = ways[name] as (text: string) => Promise<unknown>
    for (const text of TEXTS) {
      const refused = await setting.as(A, () => refusalOf(() => way(text)))
      expect([text, refused]).toEqual([text, 'PLT_STATEMENT_NOT_ALLOWED'])
    }
    for (const text of SEVERAL) {
      const refused = await setting.as(A, () => refusalOf(() => way(text)))
      expect([text, refused]).toEqual([text, '42601'])
    }
    await expectUnharmed(setting, { first: 'reads', before })
  })

  it('is refused from the schema builder of Kysely', async () => {
    const { schema } = setting.vendas.db
    const works = [
      () => schema.createTable('x').addColumn('id', 'integer').execute(),
      () => schema.createTable('x').temporary().addColumn('id', 'integer').execute(),
      () => schema.alterTable('itens').dropColumn('organization_id').execute(),
      () => schema.dropTable('itens').execute(),
      () => schema.createView('v').as(setting.vendas.db.selectFrom('itens').selectAll()).execute(),
      () => schema.createIndex('i').on('itens').column('nome').execute(),
      () => schema.createSchema('s').execute(),
      () => schema.refreshMaterializedView('v').execute(),
    ]
    for (const work of works) {
      expect(await setting.as(A, () => refusalOf(work))).toBe('PLT_STATEMENT_NOT_ALLOWED')
    }
    const explain = () => setting.vendas.db.selectFrom('itens').selectAll().explain()
    expect(await setting.as(A, () => refusalOf(explain))).toBe('PLT_STATEMENT_NOT_ALLOWED')
  })

  it('explains as the system, to which no tenant is hidden', async () => {
    const { vendas, database } = setting
    await database.asSystem({ reason: 'a slow query' }, async () => {
      const [plan] = await vendas.query('explain (format json) select * from itens')
      expect(JSON.stringify(plan)).toContain('Seq Scan')
      const rows = await vendas.db.selectFrom('itens').selectAll().explain()
      expect(rows.length).toBeGreaterThan(0)
      expect(await refusalOf(() => vendas.query('set role x'))).toBe('PLT_STATEMENT_NOT_ALLOWED')
    })
  })
})
