import { expect, it } from 'vitest'
import { startPlatform } from './platform.fixture.js'

it.each([
  ['int4', 'CREATE TABLE base (id int, organization_id int);'],
  ['_uuid', 'CREATE TABLE base (id int, organization_id uuid[]);'],
  [
    'inquilino',
    'CREATE DOMAIN inquilino AS uuid; CREATE TABLE base (id int, organization_id inquilino);',
  ],
  ['int4', 'CREATE TABLE base (id int, organization_id int) PARTITION BY RANGE (id);'],
])('a tenant column of type %s takes the migration back', async (type, made) => {
  const platform = await startPlatform({ files: { '001_a.sql': made } })
  await expect(platform.run()).rejects.toMatchObject({
    code: 'PLT_TYPE_INVALID',
    module: 'vendas',
    table: 'base',
    column: 'organization_id',
    message: expect.stringContaining(`is a ${type}`),
    remedy: expect.stringContaining('"rls": false'),
    details: { migration: '001_a', file: expect.stringContaining('001_a.sql') },
  })
  expect(await platform.truth(`SELECT to_regclass('module_vendas.base') AS oid`)).toEqual([
    { oid: null },
  ])
  platform.write({ '001_a.sql': `-- @metadata {"rls": false}\n${made}` })
  await platform.run()
  await platform.run({ '002_b.sql': 'ALTER TABLE base ADD COLUMN nota text;' })
  const status = await platform.database.migrations.getModuleStatus('vendas')
  expect(status).toMatchObject({ state: 'current', unprotected: ['base'] })
})
