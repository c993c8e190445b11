import { setImmediate } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { refusalOf } from './session-attack.js'
import { A, B, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'
import { expectUnharmed, standing } from './victim.js'

/** What a login may say of itself, for the next who logs in with it. */
const SETTINGS: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  default_transaction_isolation: 'serializable',
  default_transaction_deferrable: 'on',
  search_path: 'module_estoque',
  row_security: 'off',
  statement_timeout: '1',
  lock_timeout: '1',
  idle_in_transaction_session_timeout: '1',
  datestyle: 'SQL, DMY',
  intervalstyle: 'sql_standard',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  xmloption: 'document',
  plan_cache_mode: 'force_generic_plan',
  client_min_messages: 'error',
  extra_float_digits: '-15',
  transform_null_equals: 'on',
  array_nulls: 'off',
  gin_fuzzy_search_limit: '1',
  quote_all_identifiers: 'on',
}

/** Settings that a server may have, by its version. */
const NEWER: Readonly<Record<string, string>> = {
  transaction_timeout: '1',
  restrict_nonsystem_relation_kind: 'view',
}

describe.each(GRADES)('a login that turns on itself, %s logins', (grade) => {
  let setting: Setting

  beforeAll(async () => {
    setting = await twoTenants(grade)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  afterEach(async () => {
    const login = pg.escapeIdentifier(setting.login)
    await setting.truth(`alter role ${login} reset all`)
    await setting.truth(
      `alter role ${login} in database ${pg.escapeIdentifier(setting.target.name)} reset all`,
    )
    await endSessions()
  })

  const endSessions = async () => {
    await setting.truth(
      'select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1',
      [setting.login],
    )
    // One turn of the event loop, in which their clients read that they were ended.
    await setImmediate()
    await setImmediate()
  }

  it('bends none of the settings that rows and limits hang on', async () => {
    const { pid: _, ...before } = await standing(setting)
    const client = await setting.byHand()
    const { rows } = await client.query<{ name: string }>('select name from pg_settings')
    const known = new Set(rows.map(({ name }) => name))
    const newer = Object.entries(NEWER).filter(([name]) => known.has(name))
    for (const [name, value] of [...Object.entries(SETTINGS), ...newer]) {
      for (const where of ['', ` in database ${pg.escapeIdentifier(setting.target.name)}`]) {
        await client.query(
          `alter role current_user${where} set ${name} = ${name === 'search_path' ? value : `'${value}'`}`,
        )
      }
    }
    await endSessions()
    const found = await standing(setting)
    expect(found).toMatchObject(before)
    await expectUnharmed(setting, { first: 'fails with raw SQL', before: found })
  })

  it('gives itself no context', async () => {
    const client = await setting.byHand()
    const forge = "alter role current_user set plataforma.context = 'forged'"
    expect(await refusalOf(() => client.query(forge))).toBe('42501')
  })

  it('takes no role of another by its own default role', async () => {
    const client = await setting.byHand()
    for (const role of [setting.names.owner('vendas'), setting.names.system]) {
      await refusalOf(() => client.query(`alter role current_user set role = '${role}'`))
    }
    await endSessions()
    expect(await setting.query(A, 'select nome from itens order by id')).toEqual([
      { nome: 'A1' },
      { nome: 'A2' },
    ])
  })

  it.each([
    'alter role current_user superuser',
    'alter role current_user bypassrls',
    'alter role current_user createrole',
    'alter role current_user inherit',
    'alter role current_user nologin',
    'alter role current_user rename to other',
    'drop role current_user',
    "alter role all set search_path = 'x'",
  ])('may not: %s', async (sql) => {
    const client = await setting.byHand()
    expect(await refusalOf(() => client.query(sql))).toMatch(/^(42501|42939|55006|0A000)$/)
  })

  it('gets its password back, and meanwhile shows nobody’s rows', async () => {
    const client = await setting.byHand()
    await client.query("alter role current_user password 'taken over'")
    await endSessions()
    const found = await setting.query(B, 'select nome from itens order by id').then(
      (rows) => rows,
      (error: { sqlState?: string }) => error.sqlState,
    )
    expect([[{ nome: 'B1' }, { nome: 'B2' }], '28P01']).toContainEqual(found)
  })
})
