import { testDatabase } from '@plataforma/testkit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { ADMINISTRATORS, administratorHandle, TestInstallation } from '../isolation.fixture.js'
import { ModuleIsolationManager } from '../module-isolation-manager.js'

describe.each(ADMINISTRATORS)('inspecting as a %s administrator', (administrator) => {
  it('says that a database is not prepared', async () => {
    await using database = await testDatabase({ administrator })
    const db = administratorHandle(database, 1)
    const manager = await ModuleIsolationManager.open({ db, secret: 'a', login: 'shared' })
    expect(await manager.inspectInstallation()).toMatchObject([
      { id: 'installation', grade: 'info' },
    ])
    await db.destroy()
  })

  it('finds nothing to mend in what it made', async () => {
    const installation = await TestInstallation.start({ administrator })
    const { manager } = installation
    await manager.createModule('vendas')
    await manager.asOwner('vendas', async (trx) => {
      await sql`create table item (id uuid primary key, organization_id uuid, day date)`.execute(
        trx,
      )
      await sql`create view item_view as select * from item`.execute(trx)
      await sql`create materialized view item_stored as select * from item`.execute(trx)
    })
    const findings = await manager.inspectInstallation()
    expect(findings.map(({ id, grade }) => [id, grade])).toEqual([
      ['hardening', 'info'],
      ['isolation', 'ok'],
    ])
    await installation.close()
  })

  it('asks as much of many modules as of one', async () => {
    const installation = await TestInstallation.start({ administrator })
    const { manager, database } = installation
    const pool = new pg.Pool({ connectionString: database.connectionString })
    const asked: string[] = []
    const db = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool }),
      log: ({ query }) => void asked.push(query.sql),
    })
    const secret = 'of this test'
    const watched = await ModuleIsolationManager.open({ db, secret, login: 'dedicated' })
    const modules = ['compras', 'estoque', 'fiscal', 'vendas']
    const counts: [inspecting: number, healing: number][] = []
    for (const module of modules) {
      await manager.createModule(module)
      await installation.asOwner(module, [
        'create table item (id int primary key, organization_id uuid)',
      ])
      asked.length = 0
      const found = await watched.inspectInstallation()
      expect(found.filter(({ id }) => id === 'table-unprotected')).toHaveLength(counts.length + 1)
      const inspecting = asked.length
      await watched.initialize()
      counts.push([inspecting, asked.length - inspecting])
    }
    const [one] = counts
    expect(counts.map(([inspecting]) => inspecting)).toEqual(modules.map(() => one?.[0]))
    // Setting a login's password is a statement of its own.
    expect(counts.map(([, healing]) => healing - (one?.[1] ?? 0))).toEqual([0, 1, 2, 3])
    await db.destroy()
    await installation.close()
  })

  it('finds what was made weaker, changes nothing, and its remedies mend it', async () => {
    const installation = await TestInstallation.start({ administrator })
    const { manager, names, keyId, database } = installation
    const superuser = administratorHandle({ ...database, ...database.superuser }, 1)
    await manager.createModule('vendas')
    await manager.createModule('estoque')
    await manager.asOwner('vendas', async (trx) => {
      for (const table of ['weak', 'parted']) {
        const division = table === 'parted' ? sql` partition by list (day)` : sql``
        await sql`create table ${sql.id(table)} (id uuid, organization_id uuid, email text, day date)${division}`.execute(
          trx,
        )
      }
      await sql`create materialized view stored as select * from weak`.execute(trx)
    })
    await installation.asOwner('vendas', [
      'create table fresh (organization_id uuid)',
      'create view seen as select * from weak',
      'create table parted_1 partition of parted default',
      'create unique index weak_email on weak (email)',
      'drop policy plataforma_tenant on weak',
      `grant select on stored to "${names.runtime('vendas')}"`,
      'create table typed (organization_id int)',
    ])
    const login = names.moduleLogin('vendas', keyId)
    await installation.run(`alter role "${login}" set work_mem = '1MB'`)
    await sql.raw(`grant pg_read_all_data to "${login}"`).execute(superuser)
    await sql.raw(`alter role "${names.systemLogin(keyId)}" bypassrls inherit`).execute(superuser)
    await installation.run(`grant temporary on database "${database.name}" to public`)
    await installation.run('grant select on plataforma.doors to public')
    await installation.run(`drop role "${names.moduleLogin('estoque', keyId)}"`)

    const find = async () =>
      (await manager.inspectInstallation()).map(({ id, grade }) => `${grade} ${id}`).sort()
    const found = await find()
    expect(found).toEqual(
      [
        'error bookkeeping-granted',
        'error login-inherits',
        'error login-membership',
        'error materialized-view-granted',
        'error role-attributes',
        'error table-unprotected',
        'error table-unprotected',
        'error table-unprotected',
        'error tenant-column-type',
        'info hardening',
        'warning login-missing',
        'warning login-settings',
        'warning module-incomplete',
        'warning public-temporary',
        'warning unique-across-tenants',
        'warning view-security-invoker',
      ].sort(),
    )
    expect(await find()).toEqual(found)

    for (const { id, sql: remedy } of await manager.inspectInstallation()) {
      if (remedy === undefined || id === 'hardening') continue
      await sql.raw(remedy).execute(superuser)
    }
    await installation.run('revoke select on plataforma.doors from public')
    await installation.asOwner('vendas', ['drop table typed'])
    await manager.initialize()
    await manager.secureModule('vendas')
    expect(await find()).toEqual(['info hardening', 'ok isolation'])
    await superuser.destroy()
    await installation.close()
  })

  it('offers a hardening script that PostgreSQL takes, and that leaves the system working', async () => {
    const installation = await TestInstallation.start({ administrator })
    const { manager, database } = installation
    await manager.createModule('vendas')
    const superuser = administratorHandle({ ...database, ...database.superuser }, 1)
    const [hardening] = await manager.inspectInstallation()
    await sql.raw(hardening?.sql ?? '').execute(superuser)
    const ids = (await manager.inspectInstallation()).map(({ id }) => id)
    expect(ids).toEqual(['isolation'])
    const client = await installation.module('vendas')
    await expect(client.query('select pg_advisory_lock(1)')).rejects.toMatchObject({
      code: '42501',
    })
    await manager.initialize()
    await superuser.destroy()
    await installation.close()
  })

  it('tells of a shared login, the documented secret, an old key and a pooler', async () => {
    const installation = await TestInstallation.start({ administrator, login: 'shared' })
    const db = administratorHandle(installation.database, 1)
    const secret = 'plataforma-development-secret'
    const manager = await ModuleIsolationManager.open({ db, secret, login: 'shared' })
    expect((await manager.inspectInstallation()).map(({ id }) => id)).toContain('context-key')
    await manager.initialize()
    await manager.allowPooler(true)
    expect((await manager.inspectInstallation()).map(({ id }) => id)).toEqual([
      'hardening',
      'login-grade',
      'development-secret',
      'old-key',
      'pooler',
    ])
    await db.destroy()
    await installation.close()
  })
})
