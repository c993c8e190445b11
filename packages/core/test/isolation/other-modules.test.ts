import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from './session-attack.js'
import { A, B, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'

/** Between modules the grade `shared` is a guard and `dedicated` a barrier; tenants both hold. */
describe.each(GRADES)('one module’s SQL at another’s tables, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await twoTenants(grade)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  it.each([
    'select * from module_estoque.itens',
    "insert into module_estoque.itens (id, nome) values (9, 'x')",
    'update module_estoque.itens set valor = 0',
    'delete from module_estoque.itens',
    'select * from itens i join module_estoque.itens e on e.id = i.id',
    "select query_to_xml('select * from module_estoque.itens', true, false, '')",
    "select set_config('search_path', 'module_estoque', true), query_to_xml('select * from module_estoque.itens', true, false, '')",
  ])('is refused: %s', async (text) => {
    expect(await refusalOf(() => setting.query(A, text))).toBe('42501')
    expect(
      await setting.as(A, () =>
        refusalOf(() => setting.vendas.transaction((tx) => tx.query(text))),
      ),
    ).toBe('42501')
    expect(
      await setting.as(A, () =>
        refusalOf(() =>
          setting.vendas.db.withSchema('module_estoque').selectFrom('itens').selectAll().execute(),
        ),
      ),
    ).toBe('42501')
  })

  it('shows its own tenant alone where SQL takes the other module’s role', async () => {
    const read = `with r as materialized (select set_config('role', $1, true) as x)
      select query_to_xml('select nome from module_estoque.itens where ' || (x <> '')::text,
        true, false, '')::text as seen from r`
    const work = () => setting.query<{ seen: string }>(A, read, [setting.names.runtime('estoque')])
    if (grade === 'dedicated') {
      expect(await refusalOf(work)).toBe('42501')
      return
    }
    const [row] = await work()
    expect(row?.seen).toMatch(/A1/)
    expect(row?.seen).not.toMatch(/B1|B2/)
  })

  it('takes no role that sees more than one tenant', async () => {
    const { names, secret, target } = setting
    for (const role of [
      names.system,
      names.systemLogin(secret.keyId),
      names.owner('vendas'),
      names.keyOwner,
      target.administrator.user,
      target.superuser.user,
    ]) {
      for (const local of [true, false]) {
        const work = () => setting.query(A, 'select set_config($1, $2, $3)', ['role', role, local])
        expect([role, await refusalOf(work)]).toEqual([role, '42501'])
      }
    }
  })

  it('keeps modules of a transaction apart, and their tenant', async () => {
    await setting.as(B, () =>
      setting.database.transaction(async (tx) => {
        const vendas = tx.module('vendas')
        const estoque = tx.module('estoque')
        for (let turn = 0; turn < 3; turn++) {
          const rows = await Promise.all([
            vendas.query('select nome, current_user::text as who from itens order by id'),
            estoque.query('select nome, current_user::text as who from itens order by id'),
            vendas.select('itens'),
            estoque.count('itens'),
          ])
          const of = (module: string) =>
            ['B1', 'B2'].map((nome) => ({ nome, who: setting.names.runtime(module) }))
          expect(rows[0]).toEqual(of('vendas'))
          expect(rows[1]).toEqual(of('estoque'))
          expect(rows[2]).toHaveLength(2)
          expect(rows[3]).toBe(2)
        }
      }),
    )
  })
})
