import { CompiledQuery, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AUTHORS_CODE } from './authors-code.js'
import { refusalOf } from './session-attack.js'
import { STEAL } from './session-state-attacks.js'
import { A, B, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'

/** Kysely's `connection()` keeps one connection for several calls, here of several tenants. */
describe.each(GRADES)('a connection of Kysely that tenants take turns on, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await twoTenants(grade)
    await setting.asAuthor(AUTHORS_CODE)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  const names = (db: Setting['vendas']['db']) =>
    db.selectFrom('itens').select('nome').orderBy('id').execute()

  it('gives each call its own tenant', async () => {
    await setting.vendas.db.connection().execute(async (held) => {
      for (let turn = 0; turn < 3; turn++) {
        expect(await setting.as(A, () => names(held))).toEqual([{ nome: 'A1' }, { nome: 'A2' }])
        expect(await setting.as(B, () => names(held))).toEqual([{ nome: 'B1' }, { nome: 'B2' }])
      }
    })
  })

  it.each(['settings', 'prepared statements', 'a transaction that is left open'])(
    'keeps nothing of one tenant for the other: %s',
    async (what) => {
      const attacks: Readonly<Record<string, string>> = {
        settings: "select set_config('default_transaction_read_only', 'on', false)",
        'prepared statements': 'select execute_text($1)',
        'a transaction that is left open': 'begin',
      }
      const text = attacks[what] ?? ''
      await setting.vendas.db.connection().execute(async (held) => {
        for (let turn = 0; turn < 3; turn++) {
          await setting.as(B, () => names(held))
          const refusal = await setting.as(A, () =>
            refusalOf(() =>
              held.executeQuery(CompiledQuery.raw(text, text.includes('$1') ? [STEAL] : [])),
            ),
          )
          expect(refusal).toBe(text === 'begin' ? 'PLT_STATEMENT_NOT_ALLOWED' : undefined)
          expect(await setting.as(B, () => names(held))).toEqual([{ nome: 'B1' }, { nome: 'B2' }])
          await setting.as(B, () => sql`update itens set valor = valor where id = 1`.execute(held))
        }
      })
      expect(await setting.truth(`select from module_vendas.saque where texto like 'B%'`)).toEqual(
        [],
      )
    },
  )

  it('serves several tenants at once on one held connection', async () => {
    await setting.vendas.db.connection().execute(async (held) => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, at) =>
          setting.as(at % 2 ? A : B, async () => {
            if (at % 5 === 0) await refusalOf(() => sql`select 1 / 0`.execute(held))
            if (at % 7 === 0) await sql`select execute_text('select 1')`.execute(held)
            return names(held)
          }),
        ),
      )
      answers.forEach((rows, at) => {
        expect(rows).toEqual([1, 2].map((id) => ({ nome: `${at % 2 ? 'A' : 'B'}${id}` })))
      })
    })
  })
})
