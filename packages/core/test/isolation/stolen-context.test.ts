import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ContextKind, signContext } from '../../src/context/context-token.js'
import { LoginSecret } from '../../src/identity/login-secret.js'
import { RoleNames } from '../../src/identity/role-names.js'
import { refusalOf } from './session-attack.js'
import { A, B, GRADES, type Setting } from './setting.js'
import { twoTenants } from './two-tenants.js'

const FAR = 4_102_444_800_000

describe.each(GRADES)('a context that is stolen or forged, %s logins', (grade) => {
  let setting: Setting
  let token: string
  let client: pg.Client
  let pid: number

  beforeAll(async () => {
    setting = await twoTenants(grade)
    const [row] = await setting.query<{ token: string }>(
      B,
      "select current_setting('plataforma.context') as token",
    )
    token = row?.token ?? ''
    client = await setting.byHand({ role: setting.names.runtime('vendas') })
    pid = Number((await client.query('select pg_backend_pid() as pid')).rows[0]?.pid)
  })

  afterAll(() => setting?.[Symbol.asyncDispose]())

  /** What a context shows by hand, in a session of the attacker's own. */
  const seen = (context: string): Promise<string | undefined> =>
    refusalOf(async () => {
      await client.query(`select set_config('plataforma.context', $1, false)`, [context])
      return await client.query('select * from module_vendas.itens')
    })

  /** Signed as the system signs, unless told otherwise. */
  const signed = (options: {
    readonly kind?: ContextKind
    readonly tenantId?: string
    readonly backendPid?: number
    readonly expiresAtMs?: number
    readonly secret?: string
    readonly keyId?: string
    readonly names?: RoleNames
  }): string => {
    const secret = options.secret === undefined ? setting.secret : new LoginSecret(options.secret)
    return signContext({
      key: secret.contextKey(options.names ?? setting.names),
      keyId: options.keyId ?? secret.keyId,
      kind: options.kind ?? 'tenant',
      context: { tenantId: options.tenantId ?? B },
      backendPid: options.backendPid ?? pid,
      expiresAtMs: options.expiresAtMs ?? FAR,
    })
  }

  it('opens a session that it was signed for: the tests below refuse for their own reasons', async () => {
    expect(await seen(signed({}))).toBeUndefined()
  })

  /** Behind a pooler a context is bound to no session: it is good anywhere until it expires. */
  const refusedElsewhere = () => (setting.isPooled ? undefined : 'PLT02')

  it('is refused in another session than its own', async () => {
    expect(await seen(token)).toBe(refusedElsewhere())
  })

  it('is refused through the API in the session of another backend', async () => {
    const swap = (context: string) =>
      refusalOf(() =>
        setting.query(
          A,
          `with swap as materialized (select set_config('plataforma.context', $1, true) as done)
           select query_to_xml('select * from itens where ' || (done is not null)::text, true, false, '')
           from swap`,
          [context],
        ),
      )
    expect(await swap(signed({ tenantId: B }))).toBe('PLT02')
    expect(await swap(signed({ tenantId: B, backendPid: 0 }))).toBe(refusedElsewhere())
    expect(await swap('')).toBe('PLT01')
  })

  it('is refused once it has expired', async () => {
    expect(await seen(signed({ expiresAtMs: Date.now() - 60_000 }))).toBe('PLT03')
  })

  it('is refused without a session where no pooler is allowed', async () => {
    expect(await seen(signed({ backendPid: 0 }))).toBe(refusedElsewhere())
  })

  it('is refused with a key that the database does not have', async () => {
    expect(await seen(signed({ secret: 'another secret altogether' }))).toBe('PLT02')
    const { keyId } = setting.secret
    expect(await seen(signed({ secret: 'another secret altogether', keyId }))).toBe('PLT02')
    expect(await seen(signed({ names: RoleNames.of('another_database') }))).toBe('PLT02')
  })

  it.each(['owner', 'system'] as const)('shows nothing to a module as kind %s', async (kind) => {
    expect(await seen(signed({ kind }))).toBe('PLT01')
  })

  it('is refused where any byte of it was changed', async () => {
    const good = signed({ tenantId: A })
    const changes = [
      good.replaceAll(A, B),
      good.replace('"exp":"4', '"exp":"9'),
      good.replace('"kind":"tenant"', '"kind":"owner"'),
      good.slice(0, 64),
      good.slice(1),
      `${good} `,
      good.replace('{"key"', '{"tenantId":"x","key"'),
      good.toUpperCase(),
      `${'0'.repeat(64)}${good.slice(64)}`,
      signed({ tenantId: B }).slice(0, 64) + good.slice(64),
      '{}',
      '"""""""""""""""""""""""""""""',
      '\\',
      'x'.repeat(100_000),
    ]
    for (const change of changes) {
      expect([change.slice(0, 80), await seen(change)]).toEqual([change.slice(0, 80), 'PLT02'])
    }
    expect(await seen('')).toBe('PLT01')
  })

  it('reads no other tenant where a tenant id imitates the token', async () => {
    const ids = [`${A}","tenantId":"${B}`, `","kind":"owner","x":"`, `\\","tenantId":"${B}`]
    for (const tenantId of ids) expect(await seen(signed({ tenantId }))).toBe('22P02')
  })

  it('cannot be signed inside a module: its keys are out of reach', async () => {
    for (const table of ['context_keys', 'modules', 'settings', 'tables', 'system_access']) {
      expect(await refusalOf(() => client.query(`select * from plataforma.${table}`))).toBe('42501')
      expect(await refusalOf(() => setting.query(A, `select * from plataforma.${table}`))).toBe(
        '42501',
      )
    }
  })
})
