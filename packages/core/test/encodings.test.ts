import { testDatabase } from '@plataforma/testkit'
import pg from 'pg'
import { expect, test } from 'vitest'
import { createDatabase } from '../src/index.js'

test.each(['UTF8', 'LATIN1', 'EUC_JP', 'SQL_ASCII'])(
  'texts are found by their beginning in a database in %s',
  async (encoding) => {
    await using target = await testDatabase()
    await remake(target.name, encoding, target.server.connectionString)
    await using database = createDatabase({
      connectionString: target.superuser.connectionString,
      secret: 'a secret for tests only',
    })
    await database.initialize()
    const vendas = await database.createModule('vendas')
    await vendas.createTable('itens', [
      { name: 'id', type: 'BIGINT', primaryKey: true },
      { name: 'organization_id', type: 'TEXT' },
      { name: 'nome', type: 'TEXT' },
    ])
    await database.withContext({ tenantId: 'acme' }, async () => {
      const names = ['ação', 'ÿa', 'ÿ', 'abc', 'abd']
      await vendas.insert(
        'itens',
        names.map((nome, id) => ({ id, nome })),
      )
      for (const beginning of ['aç', 'ÿ', 'abc', 'a']) {
        const where = { nome: { $like: `${beginning}%` } }
        const found = await vendas.select('itens', { where, orderBy: [{ column: 'id' }] })
        expect(found.map(({ nome }) => nome)).toEqual(
          names.filter((nome) => nome.startsWith(beginning)),
        )
      }
    })
  },
)

test.each([
  ['LATIN1', 'ação', '客户'],
  ['EUC_JP', 'ação', '€'],
  ['SQL_ASCII', 'acme', 'ação'],
])('a context that %s cannot hold is refused, and others are whole', async (encoding, can, not) => {
  await using target = await testDatabase()
  await remake(target.name, encoding, target.server.connectionString)
  await using database = createDatabase({
    connectionString: target.superuser.connectionString,
    secret: 'a secret for tests only',
  })
  await database.initialize()
  const vendas = await database.createModule('vendas')
  await vendas.createTable('itens', [
    { name: 'id', type: 'BIGINT', primaryKey: true },
    { name: 'organization_id', type: 'TEXT' },
  ])
  const insert = (tenantId: string, userId: string) =>
    database.withContext({ tenantId, userId }, () => vendas.insert('itens', [{ id: 1 }]))
  expect(await insert(can, can)).toEqual([{ id: '1', organization_id: can }])
  // Version 15 has another word for what SQL_ASCII cannot do.
  const refused =
    encoding === 'SQL_ASCII'
      ? { sqlState: expect.stringMatching(/^(22P05|0A000)$/) }
      : { code: 'PLT_VALUE_INVALID', sqlState: '22P05' }
  await expect(insert(not, can)).rejects.toMatchObject(refused)
  const user = database.withContext({ tenantId: can, userId: not }, () =>
    vendas.query("select plataforma.context_value('userId')"),
  )
  await expect(user).rejects.toMatchObject(refused)
  const read = database.withContext({ tenantId: not }, () => vendas.query('select * from itens'))
  await expect(read).rejects.toMatchObject(refused)
  const all = await database.asSystem({ reason: 'a test' }, () => vendas.select('itens'))
  expect(all.map((row) => row.organization_id)).toEqual([can])
})

/** In place of the database, which nothing has used yet, one of the same name. */
async function remake(name: string, encoding: string, connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  await client.query(`drop database ${name}`)
  await client.query(
    `create database ${name} template template0 encoding '${encoding}'
     locale_provider libc lc_collate 'C' lc_ctype 'C'`,
  )
  await client.end()
}
