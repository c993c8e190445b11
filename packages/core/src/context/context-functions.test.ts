import { createSecretKey } from 'node:crypto'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ADMINISTRATORS, TestInstallation } from '../isolation/isolation.fixture.js'
import { type ContextToSign, signContext } from './context-token.js'

describe.each(ADMINISTRATORS)('context functions, %s administrator', (administrator) => {
  let installation: TestInstallation
  let client: pg.Client
  let valid: ContextToSign

  beforeAll(async () => {
    installation = await TestInstallation.start({ administrator })
    await installation.manager.createModule('vendas')
    client = await installation.module('vendas')
    const { rows } = await client.query('select pg_backend_pid() as pid')
    valid = {
      key: installation.manager.isolation.secret.contextKey(installation.names),
      keyId: installation.keyId,
      kind: 'tenant',
      context: { tenantId: 'acme', userId: 'ana', roles: ['admin'] },
      backendPid: rows[0].pid,
      expiresAtMs: Date.now() + 60_000,
    }
  })

  beforeEach(() => client.query(`select set_config('plataforma.context', '', false)`))
  afterAll(() => installation.close())

  async function set(token: string, on = client): Promise<void> {
    await on.query(`select set_config('plataforma.context', $1, false)`, [token])
  }

  async function one(expression: string, on = client): Promise<unknown> {
    const { rows } = await on.query(`select ${expression} as value`)
    return rows[0].value
  }

  async function refusal(token: string, on = client): Promise<string> {
    await set(token, on)
    expect(await one('plataforma.owner_mode()', on)).toBe(false)
    expect(await one('plataforma.context()', on)).toBeNull()
    return one('plataforma.tenant_id()', on).then(
      (value) => `tenant ${value}`,
      (error) => error.code,
    )
  }

  it('give the tenant, the context and its members', async () => {
    await set(signContext(valid))
    expect(await one('plataforma.tenant_id()')).toBe('acme')
    expect(await one('plataforma.tenant_default()')).toBe('acme')
    expect(await one('plataforma.context()')).toEqual(valid.context)
    expect(await one(`plataforma.context_value('userId')`)).toBe('ana')
    expect(await one(`plataforma.context_value('nothing')`)).toBeNull()
    expect(await one('plataforma.owner_mode()')).toBe(false)
  })

  it.each([
    '7b0c6b1e-3f0a-4c0e-9d3a-0a1b2c3d4e5f',
    '42',
    '',
    ' with spaces ',
    'with "quotes"',
    'back\\slash\\"and quote',
    "single ' quote",
    'ação – 漢字 😀',
    '{"key":"x","kind":"owner"}',
    'a","context":{"b":"',
    '\n\t',
  ])('carry the tenant %j unchanged', async (tenantId) => {
    await set(signContext({ ...valid, context: { tenantId, note: tenantId } }))
    expect(await one('plataforma.tenant_id()')).toBe(tenantId)
    expect(await one('plataforma.tenant_default()')).toBe(tenantId)
    expect(await one('plataforma.context()')).toEqual({ tenantId, note: tenantId })
  })

  it('give a context whose texts PostgreSQL could not hold', async () => {
    const context = { tenantId: 'açaí', agente: 'a\0b \\u0000', dados: { '\ud800': ['x\udc00'] } }
    await set(signContext({ ...valid, context }))
    expect(await one('plataforma.tenant_id()')).toBe('açaí')
    expect(await one('plataforma.context()')).toEqual({
      ...context,
      agente: 'a\ufffdb \\u0000',
      dados: { '\ufffd': ['x\ufffd'] },
    })
  })

  it('refuse with PLT01 where there is no context, or one without a tenant', async () => {
    const fresh = await installation.module('vendas')
    await expect(one('plataforma.tenant_id()', fresh)).rejects.toMatchObject({ code: 'PLT01' })
    expect(await one('plataforma.tenant_default()', fresh)).toBeNull()
    expect(await one('plataforma.owner_mode()', fresh)).toBe(false)
    expect(await one('plataforma.context()', fresh)).toBeNull()
    expect(await refusal('')).toBe('PLT01')
    await set(signContext({ ...valid, kind: 'system', context: { userId: 'ana' } }))
    await expect(one('plataforma.tenant_id()')).rejects.toMatchObject({ code: 'PLT01' })
    expect(await one('plataforma.tenant_default()')).toBeNull()
    expect(await one('plataforma.context()')).toEqual({ userId: 'ana' })
    expect(await one('plataforma.owner_mode()')).toBe(false)
  })

  it('know an owner context by its kind alone', async () => {
    await set(signContext({ ...valid, kind: 'owner', context: { tenantId: 'acme' } }))
    expect(await one('plataforma.owner_mode()')).toBe(true)
    expect(await one('plataforma.tenant_default()')).toBeNull()
    await expect(one('plataforma.tenant_id()')).rejects.toMatchObject({ code: 'PLT01' })
  })

  it('refuse what was forged, with PLT02', async () => {
    const token = signContext(valid)
    const forged = [
      'nonsense',
      '"""""""""""""""""""""""""',
      token.replace('acme', 'evil'),
      token.replace('"tenant"', '"owner"'),
      token.toUpperCase(),
      `${token} `,
      ` ${token}`,
      token.slice(0, -1),
      token.slice(64),
      `${'0'.repeat(64)}${token.slice(64)}`,
      token.replace(/"exp":"\d+"/, '"exp":"nonsense"'),
      token.replace(/"pid":"\d+"/, '"pid":"nonsense"'),
      signContext({ ...valid, key: createSecretKey(Buffer.alloc(32)) }),
      signContext({ ...valid, keyId: 'ffffff' }),
      signContext({ ...valid, kind: 'owner', key: createSecretKey(Buffer.alloc(32)) }),
    ]
    for (const text of forged) expect([text, await refusal(text)]).toEqual([text, 'PLT02'])
    await set(token)
    expect(await one('plataforma.tenant_id()')).toBe('acme')
  })

  it('refuse what was signed for another session, with PLT02', async () => {
    const other = await installation.module('vendas')
    expect(await refusal(signContext(valid), other)).toBe('PLT02')
    expect(await refusal(signContext({ ...valid, kind: 'owner' }), other)).toBe('PLT02')
  })

  it('refuse what has expired, with PLT03, by the clock of the server', async () => {
    expect(await refusal(signContext({ ...valid, expiresAtMs: Date.now() - 1 }))).toBe('PLT03')
    const { rows } = await client.query(
      `select extract(epoch from clock_timestamp()) * 1000 as now`,
    )
    await set(signContext({ ...valid, expiresAtMs: Number(rows[0].now) + 5_000 }))
    expect(await one('plataforma.tenant_id()')).toBe('acme')
  })

  it('accept a token for every session only where the database allows a pooler', async () => {
    const unbound = signContext({ ...valid, backendPid: 0 })
    expect(await refusal(unbound)).toBe('PLT02')
    await installation.manager.allowPooler(true)
    await set(unbound)
    expect(await one('plataforma.tenant_id()')).toBe('acme')
    await installation.manager.allowPooler(false)
    expect(await refusal(unbound)).toBe('PLT02')
  })

  it('hold whatever a module sets in its session', async () => {
    const hostile = await installation.module('vendas')
    for (const setting of [
      'search_path = pg_temp, module_vendas',
      'standard_conforming_strings = off',
      'bytea_output = escape',
      'extra_float_digits = -15',
      'row_security = off',
      "DateStyle = 'SQL, DMY'",
      'transform_null_equals = on',
    ]) {
      await hostile.query(`set ${setting}`)
    }
    expect(await refusal(signContext(valid), hostile)).toBe('PLT02')
    await installation.setTenant(hostile, 'back\\slash')
    expect(await one('plataforma.tenant_id()', hostile)).toBe('back\\slash')
  })

  it('show a module neither keys nor any other bookkeeping', async () => {
    const tables = [
      ...['settings', 'versions', 'modules', 'tables', 'doors', 'system_access', 'context_keys'],
    ]
    const clients = [
      client,
      await installation.connectAs({ kind: 'application' }),
      await installation.connectAs({ kind: 'system' }),
    ]
    await clients[2]?.query(`set role ${installation.names.system}`)
    for (const login of clients) {
      for (const table of tables) {
        for (const statement of [
          `select * from plataforma.${table}`,
          `delete from plataforma.${table}`,
          `truncate plataforma.${table}`,
          `insert into plataforma.${table} default values`,
        ]) {
          await expect(login.query(statement)).rejects.toMatchObject({ code: '42501' })
        }
      }
      for (const statement of [
        'create table plataforma.x (id int)',
        `create or replace function plataforma.tenant_id() returns text language sql as $$ select 'x' $$`,
        'drop function plataforma.tenant_id() cascade',
        'alter function plataforma.tenant_id() security invoker',
      ]) {
        await expect(login.query(statement)).rejects.toMatchObject({ code: '42501' })
      }
    }
  })

  it('show a module no more of the keys through the view than its own tenant', async () => {
    await set(signContext(valid))
    expect((await client.query('select * from plataforma.verified_tenant')).rows).toEqual([
      { tenant_id: 'acme' },
    ])
    const fresh = await installation.module('vendas')
    expect((await fresh.query('select * from plataforma.verified_tenant')).rows).toEqual([])
    for (const statement of [
      'select inner_pad from plataforma.verified_tenant',
      'select k.* from plataforma.verified_tenant v, plataforma.context_keys k',
      'select k from plataforma.verified_tenant k where k.outer_pad is not null',
      `insert into plataforma.verified_tenant values ('evil')`,
      `update plataforma.verified_tenant set tenant_id = 'evil'`,
      'delete from plataforma.verified_tenant',
      'alter view plataforma.verified_tenant set (security_invoker = true)',
      `create or replace view plataforma.verified_tenant as select 'evil'::text as tenant_id`,
    ]) {
      await expect(client.query(statement)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|42703|55000)$/),
      })
    }
    const { rows } = await client.query(`select * from pg_stats where tablename = 'context_keys'`)
    expect(rows).toEqual([])
  })

  it('are declared as policies need them', async () => {
    const { rows } = await client.query(
      `select proname, provolatile, proparallel, prosecdef, proconfig
       from pg_proc p join pg_namespace n on n.oid = pronamespace
       where nspname = 'plataforma' order by proname`,
    )
    const hardened = {
      provolatile: 's',
      proparallel: 'r',
      prosecdef: true,
      proconfig: ['search_path=""'],
    }
    expect(rows).toEqual([
      { proname: 'context', ...hardened },
      {
        proname: 'context_value',
        provolatile: 's',
        proparallel: 'r',
        prosecdef: false,
        proconfig: null,
      },
      { proname: 'owner_mode', ...hardened },
      {
        proname: 'tenant_default',
        provolatile: 'v',
        proparallel: 'r',
        prosecdef: false,
        proconfig: null,
      },
      { proname: 'tenant_id', ...hardened },
    ])
  })
})
