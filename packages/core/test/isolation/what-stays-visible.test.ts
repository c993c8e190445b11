import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from './session-attack.js'
import { A, B, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'

/** Of what others do and have, a tenant's raw SQL learns no value. */
describe.each(GRADES)('what a tenant learns of others, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await twoTenants(grade, { poolConfig: { max: 2 } })
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  const texts = `select query_to_xml('select query from pg_stat_activity', true, false, '')::text as seen`
  const asTheLogin = `with s as materialized (select set_config('role', 'none', true) as x)
    select query_to_xml('select query from pg_stat_activity where ' || (x = 'none')::text, true,
      false, '')::text as seen from s`

  it('is no parameter of a statement that runs beside it', async () => {
    const running = setting.query(B, 'select pg_sleep(1), $1::text', ['a value of B'])
    const seen: string[] = []
    for (let turn = 0; turn < 5; turn++) {
      for (const read of [texts, asTheLogin]) {
        const [row] = await setting.query<{ seen: string }>(A, read)
        seen.push(row?.seen ?? '')
      }
    }
    expect(seen.join()).not.toContain('a value of B')
    await running
  })

  it('is no text of a statement that runs beside it, where it keeps its role', async () => {
    const running = setting.query(B, "select pg_sleep(1), 'a text of B'")
    const [row] = await setting.query<{ seen: string }>(A, texts)
    expect(row?.seen).not.toContain('a text of B')
    await running
  })

  it('is no parameter of a statement that its session has prepared', async () => {
    for (let turn = 0; turn < 4; turn++) {
      await setting.query(B, 'select nome from itens where nome = $1', ['a value of B'])
    }
    const prepared = await setting.query(A, 'select * from pg_prepared_statements')
    expect(JSON.stringify(prepared)).not.toContain('a value of B')
  })

  it('is no row of another in an error', async () => {
    const seen: unknown[] = []
    for (const work of [
      () => setting.vendas.insert('itens', [{ id: 1, nome: 'x' }]),
      () => setting.vendas.query("insert into itens (id, nome) values (1, 'x')"),
      () => setting.vendas.query('insert into itens (id) values (1)'),
      () => setting.vendas.query('select nome::int from itens'),
      () => setting.vendas.query('select 1 / (valor - valor), nome from itens'),
      () => sql`select (nome || 'x')::date from itens`.execute(setting.vendas.db),
    ]) {
      await setting.as(A, () =>
        work().then(
          () => seen.push('went through'),
          (error) => {
            const { message, detail, cause } = error as Error & { detail?: string }
            seen.push([message, detail, cause, String(Object.values(error).join())])
          },
        ),
      )
    }
    expect(JSON.stringify(seen)).not.toMatch(/B1|B2|went through/)
    expect(JSON.stringify(seen)).not.toContain(B)
  })

  it('is no number that another drew', async () => {
    await setting.vendas.createTable('numerados', [
      { name: 'id', type: 'BIGINT', identity: 'by default', primaryKey: true },
      { name: 'organization_id', type: 'UUID' },
    ])
    await setting.as(B, () => setting.vendas.db.insertInto('numerados').defaultValues().execute())
    for (const read of [
      'select lastval()',
      "select currval('numerados_id_seq')",
      'select last_value from numerados_id_seq',
    ]) {
      expect([read, await refusalOf(() => setting.query(A, read))]).toEqual([read, '42501'])
    }
    const rows = await setting.query(A, 'select last_value from pg_sequences')
    expect(rows.every((row) => row.last_value === null)).toBe(true)
  })
})
