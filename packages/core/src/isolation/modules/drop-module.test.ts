import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { ADMINISTRATORS, administratorHandle, TestInstallation } from '../isolation.fixture.js'
import { ModuleIsolationManager } from '../module-isolation-manager.js'

describe.each(ADMINISTRATORS)('dropping a module by a %s administrator', (administrator) => {
  it('leaves nothing of it behind, and nothing else without it', async () => {
    const installation = await TestInstallation.start({ administrator })
    const { manager, names, database } = installation
    for (const module of ['vendas', 'estoque']) {
      await manager.createModule(module)
      await installation.asOwner(module, [
        'create table item (id int generated always as identity primary key, organization_id text)',
        'create view item_view as select * from item',
        `create function one() returns int language sql as 'select 1'`,
        `create type mood as enum ('ok')`,
      ])
      await manager.protectTable(module, 'item')
    }
    // Logins of an earlier secret go too.
    const db = administratorHandle(database, 1)
    const earlier = await ModuleIsolationManager.open({ db, secret: 'other', login: 'dedicated' })
    await earlier.initialize()
    await db.destroy()
    await manager.grantAccess({ from: 'vendas', to: 'estoque', tables: ['item'] })
    await manager.grantAccess({ from: 'estoque', to: 'vendas', tables: ['item'] })
    const connected = await installation.module('vendas')

    await manager.dropModule('vendas', { confirm: 'vendas' })

    const { rows } = await sql<{ name: string }>`
      select rolname as name from pg_roles
      where starts_with(rolname, ${names.prefix}) and rolname like '%vendas%'`.execute(
      installation.db,
    )
    expect(rows).toEqual([])
    const { rows: schemas } = await sql<{ name: string }>`
      select nspname as name from pg_namespace where nspname like 'module_%'`.execute(
      installation.db,
    )
    expect(schemas).toEqual([{ name: 'module_estoque' }])
    expect(await manager.listModules()).toMatchObject([{ name: 'estoque' }])
    expect(await manager.listDoors()).toEqual([])
    await expect(connected.query('select * from item')).rejects.toThrow()
    const estoque = await installation.module('estoque')
    await installation.setTenant(estoque, 'a')
    await estoque.query('insert into item default values')

    await manager.createModule('vendas')
    const again = await installation.module('vendas')
    await expect(again.query('select * from item')).rejects.toMatchObject({ code: '42P01' })
    await installation.close()
  })

  it('asks for the name twice', async () => {
    const installation = await TestInstallation.start({ administrator })
    await installation.manager.createModule('vendas')
    await expect(
      installation.manager.dropModule('vendas', { confirm: 'venda' }),
    ).rejects.toMatchObject({ code: 'PLT_OPTION_INVALID' })
    await expect(
      installation.manager.dropModule('none', { confirm: 'none' }),
    ).rejects.toMatchObject({ code: 'PLT_MODULE_NOT_FOUND' })
    expect(await installation.manager.listModules()).toHaveLength(1)
    await installation.close()
  })
})
