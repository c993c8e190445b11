import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMINISTRATORS, TestInstallation } from '../isolation.fixture.js'
import type { Door } from './doors.js'

describe.each(ADMINISTRATORS)('doors between modules, %s administrator', (administrator) => {
  let installation: TestInstallation

  beforeAll(async () => {
    installation = await TestInstallation.start({ administrator })
    const { manager } = installation
    for (const module of ['vendas', 'estoque', 'fiscal']) await manager.createModule(module)
    await installation.asOwner('vendas', [
      'create table pedido (id int primary key, organization_id text, total int)',
      'create table segredo (id int primary key)',
      'create materialized view pedido_soma as select sum(total) from pedido',
      `insert into pedido values (1, 'a', 10), (2, 'b', 20)`,
    ])
    await manager.protectTable('vendas', 'pedido')
  })

  afterAll(() => installation.close())

  it('open the named tables with the named privileges, and no tenant', async () => {
    const { manager } = installation
    const estoque = await installation.module('estoque')
    await installation.setTenant(estoque, 'a')
    const read = () => estoque.query('select id from module_vendas.pedido')
    await expect(read()).rejects.toMatchObject({ code: '42501' })
    await manager.grantAccess({ from: 'vendas', to: 'estoque', tables: ['pedido'] })
    expect((await read()).rows).toEqual([{ id: 1 }])
    for (const statement of [
      'update module_vendas.pedido set total = 0',
      'select * from module_vendas.segredo',
      'select * from module_vendas.pedido_soma',
      'create table module_vendas.t (id int)',
    ]) {
      await expect(estoque.query(statement)).rejects.toMatchObject({ code: '42501' })
    }
    const fiscal = await installation.module('fiscal')
    await expect(fiscal.query('select * from module_vendas.pedido')).rejects.toMatchObject({
      code: '42501',
    })
    await manager.grantAccess({
      from: 'vendas',
      to: 'estoque',
      tables: ['pedido'],
      privileges: ['UPDATE'],
    })
    expect((await estoque.query('update module_vendas.pedido set total = 0')).rowCount).toBe(1)
    expect(await manager.listDoors()).toEqual([
      { from: 'vendas', to: 'estoque', tables: ['pedido'], privileges: ['SELECT', 'UPDATE'] },
    ])
    await manager.revokeAccess({
      from: 'vendas',
      to: 'estoque',
      tables: ['pedido'],
      privileges: ['UPDATE'],
    })
    await expect(estoque.query('update module_vendas.pedido set total = 0')).rejects.toMatchObject({
      code: '42501',
    })
    expect((await read()).rows).toEqual([{ id: 1 }])
    await manager.revokeAccess({ from: 'vendas', to: 'estoque', tables: ['pedido', 'segredo'] })
    await expect(read()).rejects.toMatchObject({ code: '42501' })
    expect(await manager.listDoors()).toEqual([])
  })

  it('are left open when the table is protected again', async () => {
    const { manager } = installation
    await manager.grantAccess({ from: 'vendas', to: 'fiscal', tables: ['pedido'] })
    await manager.protectTable('vendas', 'pedido')
    await manager.secureModule('vendas')
    const fiscal = await installation.module('fiscal')
    await installation.setTenant(fiscal, 'b')
    expect((await fiscal.query('select id from module_vendas.pedido')).rows).toEqual([{ id: 2 }])
  })

  it('let the other module make views over them, which its owner does not read', async () => {
    const { manager } = installation
    const door = { from: 'vendas', to: 'estoque', tables: ['pedido'] }
    await manager.grantAccess(door)
    const asOwner = (text: string) => installation.asOwner('estoque', [text])
    await asOwner('create view pedidos_vistos as select id from module_vendas.pedido')
    await manager.secureModule('estoque')
    const estoque = await installation.module('estoque')
    await installation.setTenant(estoque, 'a')
    const read = () => estoque.query('select id from module_estoque.pedidos_vistos')
    expect((await read()).rows).toEqual([{ id: 1 }])
    await expect(asOwner('select * from module_vendas.pedido')).rejects.toMatchObject({
      code: '42501',
    })
    await manager.revokeAccess(door)
    await expect(read()).rejects.toMatchObject({ code: '42501' })
    await expect(
      asOwner('create view outros as select id from module_vendas.pedido'),
    ).rejects.toMatchObject({ code: '42501' })
    await manager.grantAccess(door)
    await manager.dropModule('estoque', { confirm: 'estoque' })
    await manager.createModule('estoque')
    expect((await manager.listDoors()).filter(({ to }) => to === 'estoque')).toEqual([])
  })

  it('let migrations of the other module reference the tables, whoever the tenant is', async () => {
    const { manager } = installation
    const door = { from: 'vendas', to: 'fiscal', tables: ['pedido'], privileges: ['REFERENCES'] }
    const asOwner = (text: string) => installation.asOwner('fiscal', [text])
    await asOwner('create table nota (id int primary key, organization_id text, pedido_id int)')
    await asOwner(`insert into nota values (1, 'a', 1), (2, 'b', 2)`)
    await manager.protectTable('fiscal', 'nota')
    const reference = () =>
      asOwner('alter table nota add foreign key (pedido_id) references module_vendas.pedido')
    await manager.revokeAccess({ from: 'vendas', to: 'fiscal', tables: ['pedido'] })
    await expect(reference()).rejects.toMatchObject({ code: '42501' })
    await manager.grantAccess(door as Door)
    expect(await manager.listDoors()).toContainEqual(door)
    await reference()
    const fiscal = await installation.module('fiscal')
    await installation.setTenant(fiscal, 'b')
    await fiscal.query(`insert into nota (id, organization_id, pedido_id) values (3, 'b', 2)`)
    await expect(
      fiscal.query(`insert into nota (id, organization_id, pedido_id) values (4, 'b', 9)`),
    ).rejects.toMatchObject({ code: '23503' })
    await expect(fiscal.query('select id from module_vendas.pedido')).rejects.toMatchObject({
      code: '42501',
    })
    await manager.revokeAccess(door as Door)
    expect((await manager.listDoors()).filter(({ to }) => to === 'fiscal')).toEqual([])
    await expect(
      fiscal.query(`insert into nota (id, organization_id, pedido_id) values (4, 'b', 9)`),
    ).rejects.toMatchObject({ code: '23503' })
    await manager.grantAccess(door as Door)
    await manager.dropModule('fiscal', { confirm: 'fiscal' })
    await manager.createModule('fiscal')
    expect((await manager.listDoors()).filter(({ to }) => to === 'fiscal')).toEqual([])
  })

  it('take privileges in either case', async () => {
    const { manager } = installation
    const door = { from: 'vendas', to: 'fiscal', tables: ['segredo'] }
    await manager.grantAccess({ ...door, privileges: ['insert', 'DELETE'] })
    expect(await manager.listDoors()).toContainEqual({ ...door, privileges: ['DELETE', 'INSERT'] })
    await manager.revokeAccess({ ...door, privileges: ['delete', 'insert'] })
    const open = (await manager.listDoors()).flatMap(({ tables }) => tables)
    expect(open).not.toContain('segredo')
  })

  it('refuse what cannot be opened', async () => {
    const refusal = (change: object) =>
      installation.manager
        .grantAccess({ from: 'vendas', to: 'estoque', tables: ['pedido'], ...change })
        .then(
          () => 'opened',
          (error) => error.code,
        )
    expect(await refusal({ tables: ['nothing'] })).toBe('PLT_TABLE_NOT_FOUND')
    expect(await refusal({ tables: ['pedido_soma'] })).toBe('PLT_OPTION_INVALID')
    expect(await refusal({ privileges: ['TRUNCATE'] })).toBe('PLT_OPTION_INVALID')
    expect(await refusal({ privileges: ['SELECT; drop table x'] })).toBe('PLT_OPTION_INVALID')
    expect(await refusal({ to: 'vendas' })).toBe('PLT_OPTION_INVALID')
    expect(await refusal({ to: 'nothing' })).toBe('PLT_MODULE_NOT_FOUND')
    expect(await refusal({ from: 'a b' })).toBe('PLT_MODULE_NAME_INVALID')
  })
})
