import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMINISTRATORS, administratorHandle, TestInstallation } from '../isolation.fixture.js'
import { ModuleIsolationManager } from '../module-isolation-manager.js'

describe.each(ADMINISTRATORS)('healing logins by a %s administrator', (administrator) => {
  let installation: TestInstallation
  const identity = { kind: 'module', module: 'vendas' } as const

  beforeAll(async () => {
    installation = await TestInstallation.start({ administrator })
    for (const module of ['vendas', 'estoque']) await installation.manager.createModule(module)
  })

  afterAll(() => installation.close())

  it('gives a login back the password that it changed, one or all', async () => {
    const { manager, names, keyId } = installation
    const login = names.moduleLogin('vendas', keyId)
    const spoil = async () => {
      const client = await installation.connectAs(identity)
      await client.query(`alter role "${login}" password 'mine now'`)
      await expect(installation.connectAs(identity)).rejects.toMatchObject({ code: '28P01' })
    }
    await spoil()
    expect(await manager.healLogin(login)).toBe(true)
    await installation.connectAs(identity)
    await expect(installation.connect(login, 'mine now')).rejects.toMatchObject({ code: '28P01' })
    await spoil()
    await manager.initialize()
    await installation.connectAs(identity)
  })

  it('makes a login that is gone, and none that it does not know', async () => {
    const { manager, names, keyId } = installation
    await installation.run(`drop role "${names.moduleLogin('vendas', keyId)}"`)
    await installation.run(`drop role "${names.systemLogin(keyId)}"`)
    for (const login of [names.moduleLogin('vendas', keyId), names.systemLogin(keyId)]) {
      expect(await manager.healLogin(login)).toBe(true)
    }
    await installation.module('vendas')
    const system = await installation.connectAs({ kind: 'system' })
    await system.query(`set role "${names.system}"`)
    for (const login of [
      names.moduleLogin('vendas', 'ffffff'),
      names.owner('vendas'),
      installation.database.administrator.user,
    ]) {
      expect(await manager.healLogin(login)).toBe(false)
    }
    await expect(manager.healLogin(names.moduleLogin('nothing', keyId))).rejects.toMatchObject({
      code: 'PLT_MODULE_NOT_FOUND',
    })
  })

  it('resets the settings that a login gave itself, in this database and everywhere', async () => {
    const { manager, names, keyId, database } = installation
    const login = names.moduleLogin('vendas', keyId)
    const client = await installation.connectAs(identity)
    await client.query(`alter role "${login}" set default_transaction_read_only = on`)
    await client.query(
      `alter role "${login}" in database "${database.name}" set search_path = module_estoque`,
    )
    const before = await installation.connectAs(identity)
    expect((await before.query('show default_transaction_read_only')).rows).toEqual([
      { default_transaction_read_only: 'on' },
    ])
    const healed = await manager.initialize()
    expect(healed.map(({ id }) => id)).toEqual(['login-settings', 'login-settings'])
    const after = await installation.connectAs(identity)
    expect((await after.query('show default_transaction_read_only')).rows).toEqual([
      { default_transaction_read_only: 'off' },
    ])
    expect((await after.query('show search_path')).rows).not.toEqual([
      { search_path: 'module_estoque' },
    ])
    expect(await manager.initialize()).toEqual([])
  })

  it('revokes memberships that nobody can have meant', async () => {
    const { manager, names, keyId } = installation
    const vendas = names.moduleLogin('vendas', keyId)
    const estoque = names.moduleLogin('estoque', keyId)
    const client = await installation.connectAs(identity)
    await expect(client.query(`grant "${vendas}" to "${estoque}"`)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|0LP01)$/),
    })
    await installation.run(`grant "${vendas}" to "${estoque}"`)
    await installation.run(`grant "${names.runtime('vendas')}" to "${estoque}"`)
    const reach = async () => {
      const client = await installation.connectAs({ kind: 'module', module: 'estoque' })
      return client.query(`set role "${names.runtime('vendas')}"`)
    }
    await reach()
    const healed = await manager.initialize()
    expect(healed.map(({ id, grade }) => [id, grade])).toEqual([
      ['login-membership', 'warning'],
      ['login-membership', 'warning'],
    ])
    await expect(reach()).rejects.toMatchObject({ code: '42501' })
    expect(await manager.initialize()).toEqual([])
  })

  it('makes logins of a new secret beside those in use, until the old key is retired', async () => {
    const { database, names, keyId } = installation
    const running = await installation.module('vendas')
    await installation.setTenant(running, 'a')
    const db = administratorHandle(database, 1)
    const options = { db, secret: 'the next one', login: 'dedicated' } as const
    const next = await ModuleIsolationManager.open(options)
    await next.initialize()
    expect((await running.query('select plataforma.tenant_id() as id')).rows).toEqual([{ id: 'a' }])
    await installation.connectAs(identity)
    const { secret } = next.isolation
    const login = names.moduleLogin('vendas', secret.keyId)
    await installation.connect(login, secret.password(login))
    await expect(next.retireKey(secret.keyId)).rejects.toMatchObject({ code: 'PLT_OPTION_INVALID' })
    await next.retireKey(keyId)
    await expect(running.query('select plataforma.tenant_id()')).rejects.toMatchObject({
      code: 'PLT02',
    })
    await expect(installation.connectAs(identity)).rejects.toMatchObject({ code: '28P01' })
    const { rows } = await sql`
      select from pg_roles where starts_with(rolname, ${names.prefix}) and rolname like ${`%${keyId}%`}`.execute(
      db,
    )
    expect(rows).toEqual([])
    await db.destroy()
    await installation.manager.initialize()
  })

  it('runs in 8 processes at once', async () => {
    const handles = Array.from({ length: 8 }, () => administratorHandle(installation.database, 1))
    await Promise.all(
      handles.map(async (db) => {
        const options = { db, secret: 'of this test', login: 'dedicated' } as const
        const manager = await ModuleIsolationManager.open(options)
        await manager.initialize()
        await db.destroy()
      }),
    )
    await installation.connectAs(identity)
  })
})
