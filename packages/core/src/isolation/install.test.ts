import { testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { ADMINISTRATORS, administratorHandle, TestInstallation } from './isolation.fixture.js'
import { ModuleIsolationManager } from './module-isolation-manager.js'

const OPTIONS = { secret: 'of this test', login: 'dedicated' } as const

describe.each(ADMINISTRATORS)('installing by a %s administrator', (administrator) => {
  it('takes from PUBLIC what no module may have, and makes schema extensions', async () => {
    const installation = await TestInstallation.start({ administrator })
    await installation.manager.createModule('vendas')
    const client = await installation.module('vendas')
    for (const statement of ['create temp table t (id int)', 'create table public.t (id int)']) {
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' })
    }
    await installation.run(
      `create function extensions.known() returns int language sql as 'select 1'`,
    )
    expect((await client.query('select known()')).rows).toEqual([{ known: 1 }])
    await installation.close()
  })

  it('is repeatable and safe in 8 processes at once', async () => {
    await using database = await testDatabase({ administrator })
    const handles = Array.from({ length: 8 }, () => administratorHandle(database, 1))
    const managers = await Promise.all(
      handles.map((db) => ModuleIsolationManager.open({ ...OPTIONS, db })),
    )
    await Promise.all(managers.map((manager) => manager.initialize()))
    await managers[0]?.initialize()
    const { rows } = await sql`select package, version from plataforma.versions order by 1`.execute(
      handles[0] ?? administratorHandle(database),
    )
    expect(rows).toEqual([
      { package: 'context', version: 1 },
      { package: 'core', version: 2 },
    ])
    await Promise.all(handles.map((db) => db.destroy()))
  })

  it('refuses a database that was prepared under another prefix', async () => {
    await using database = await testDatabase({ administrator })
    const db = administratorHandle(database)
    await (await ModuleIsolationManager.open({ ...OPTIONS, db })).initialize()
    const other = await ModuleIsolationManager.open({ ...OPTIONS, db, rolePrefix: 'loja' })
    await expect(other.initialize()).rejects.toMatchObject({
      code: 'PLT_CONFIG_INVALID',
      remedy: expect.stringMatching(/rolePrefix: 'test/),
    })
    await db.destroy()
  })
})

it('an administrator that lacks a privilege is told the SQL that mends it, and it does', async () => {
  await using database = await testDatabase({ administrator: 'restricted' })
  const superuser = administratorHandle({ ...database, ...database.superuser })
  const db = administratorHandle(database)
  const { user } = database.administrator
  await sql`alter role ${sql.id(user)} nocreaterole`.execute(superuser)
  await sql`alter database ${sql.id(database.name)} owner to ${sql.id(database.superuser.user)}`.execute(
    superuser,
  )
  const refused = await ModuleIsolationManager.open({ ...OPTIONS, db })
  const error = await refused.initialize().catch((cause) => cause)
  expect(error).toMatchObject({ code: 'PLT_PRIVILEGES_MISSING' })
  for (const statement of error.remedy.split(/(?<=;) /)) await sql.raw(statement).execute(superuser)
  await (await ModuleIsolationManager.open({ ...OPTIONS, db })).initialize()
  await Promise.all([db.destroy(), superuser.destroy()])
})

it('shows no password to the log of the server', async () => {
  const installation = await TestInstallation.start({ administrator: 'superuser' })
  const { names, secret } = installation.manager.isolation
  const statements: string[] = []
  const db = installation.db.withoutPlugins()
  const { rows } = await sql<{ rolname: string; rolpassword: string }>`
    select rolname, rolpassword from pg_authid where rolname like ${`${names.prefix}%`}`.execute(db)
  for (const { rolname, rolpassword } of rows) {
    if (rolpassword === null) continue
    statements.push(rolname)
    expect(rolpassword).toMatch(/^SCRAM-SHA-256\$4096:/)
    expect(rolpassword).not.toContain(secret.password(rolname))
  }
  expect(statements.sort()).toEqual([
    names.applicationLogin(secret.keyId),
    names.systemLogin(secret.keyId),
  ])
  await installation.close()
})
