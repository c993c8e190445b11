import { sql } from 'kysely'
import { expect } from 'vitest'
import { B, type Setting } from './setting.js'

/** How the victim begins after the attacker's turn: a failing batch rolls back what it cleaned. */
export const FIRST_STATEMENTS = {
  reads: async () => {},
  'fails with a verb': async ({ vendas }: Setting) => {
    await expect(vendas.insert('itens', [{ id: 90, nome: 'x', valor: -1 }])).rejects.toMatchObject({
      sqlState: '23514',
    })
  },
  'fails with raw SQL': async ({ vendas }: Setting) => {
    await expect(vendas.query('select 1 / (id - id) from itens')).rejects.toMatchObject({
      sqlState: '22012',
    })
  },
} as const satisfies Record<string, (setting: Setting) => Promise<void>>

export type FirstStatement = keyof typeof FIRST_STATEMENTS

/** All of a session that a borrower could find changed. */
export interface Standing {
  readonly pid: number
  readonly [key: string]: unknown
}

/** The victim's session as the victim finds it; the question itself leaves it as it is. */
export async function standing(setting: Setting): Promise<Standing> {
  const [found] = await setting.query<Standing>(
    B,
    `select pg_backend_pid() as pid, current_user::text as "role", session_user::text as "login",
      current_setting('session_authorization') as "authorization",
      split_part(current_setting('plataforma.context'), '"', 20) as "tenant",
      -- Those of plpgsql are there once a session has loaded it.
      (select jsonb_object_agg(name, setting) from pg_settings where name not like 'plpgsql.%'
        -- A pooler tells it to the server when it sees fit.
        and (name <> 'application_name' or not $1)) as "settings",
      nullif(current_setting('plataforma.loot', true), '') as "loot",
      (select count(*)::int from pg_locks
        where pid = pg_backend_pid() and locktype = 'advisory') as "advisoryLocks",
      (select count(*)::int from pg_cursors where is_holdable) as "heldCursors",
      (select count(*)::int from pg_prepared_statements where from_sql) as "foreignStatements",
      (select count(*)::int from pg_class where relnamespace = pg_my_temp_schema()) as "temporary",
      (select count(*)::int from pg_listening_channels()) as "channels"`,
    [setting.isPooled],
  )
  if (found === undefined) throw new Error('There is always one row.')
  return found
}

/** Asserts that the victim sees and writes its own rows alone, on the session that was attacked. */
export async function expectUnharmed(
  setting: Setting,
  { first, before }: { readonly first: FirstStatement; readonly before: Standing },
): Promise<void> {
  const { vendas } = setting
  const own = [
    { id: '1', organization_id: B, nome: 'B1', valor: 1 },
    { id: '2', organization_id: B, nome: 'B2', valor: 2 },
  ]
  await setting.as(B, async () => {
    await FIRST_STATEMENTS[first](setting)
    expect(await vendas.select('itens', { orderBy: [{ column: 'id' }] })).toEqual(own)
    expect(await vendas.db.selectFrom('itens').selectAll().orderBy('id').execute()).toEqual(own)
    expect(await vendas.insert('itens', [{ id: 3, nome: 'B3' }])).toMatchObject([
      { organization_id: B },
    ])
    expect(await vendas.delete('itens', { where: { id: 3 } })).toEqual({ affectedRows: 1 })
    const rows = await sql`select * from itens order by id`.execute(vendas.db)
    expect(rows.rows).toEqual(own)
  })
  expect(await standing(setting)).toEqual(before)
  const stolen = await setting.truth(`select texto from module_vendas.saque where texto like 'B%'`)
  expect(stolen).toEqual([])
}
