import pg from 'pg'
import { expect, test } from 'vitest'
import { withClient } from '../postgres/with-client.js'
import { testDatabase } from './test-database.js'

test('gives an empty database of its own', async () => {
  await using first = await testDatabase()
  await using second = await testDatabase()
  await withClient(first.connectionString, (client) => client.query('create table a (id int)'))
  const tables = await withClient(second.connectionString, (client) =>
    client.query("select to_regclass('a') as a, current_database() as name"),
  )
  expect(tables.rows).toEqual([{ a: null, name: second.name }])
})

test('speaks UTF-8 beyond ASCII and SCRAM', async () => {
  await using database = await testDatabase()
  await withClient(database.connectionString, async (client) => {
    const result = await client.query("select upper('ação') as upper")
    expect(result.rows).toEqual([{ upper: 'AÇÃO' }])
  })
  const wrong = new URL(database.connectionString)
  wrong.password = 'wrong'
  await expect(new pg.Client(wrong.href).connect()).rejects.toMatchObject({ code: '28P01' })
})

test('the restricted administrator owns the database and has nothing more', async () => {
  await using database = await testDatabase({ administrator: 'restricted' })
  await withClient(database.connectionString, async (client) => {
    const { rows } = await client.query(
      `select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication,
        (select datdba = pg_roles.oid from pg_database where datname = current_database()) as owns
       from pg_roles where rolname = current_user`,
    )
    expect(rows).toEqual([
      {
        rolsuper: false,
        rolcreaterole: true,
        rolcreatedb: false,
        rolbypassrls: false,
        rolreplication: false,
        owns: true,
      },
    ])
    await client.query('create schema app')
    await client.query('create role app_role_of_restricted')
  })
})

test.each(['superuser', 'restricted'] as const)(
  'drops the roles that a %s administrator made for the database, and no others',
  async (administrator) => {
    await using other = await testDatabase({ administrator })
    const database = await testDatabase({ administrator })
    const roles = ['owner', 'runtime', 'login', 'shared'].map((kind) => `${administrator}_${kind}`)
    const [owner, runtime, login, shared] = roles
    await withClient(database.connectionString, async (client) => {
      for (const role of roles) await client.query(`create role ${role}`)
      await client.query(`grant ${runtime} to ${login}`)
      await client.query(`grant ${owner} to current_user`)
      await client.query(`create schema app authorization ${owner}`)
      await client.query(`grant usage on schema app to ${runtime}, ${shared}`)
    })
    await withClient(other.superuser.connectionString, (client) =>
      client.query(`create schema app; grant usage on schema app to ${shared}`),
    )
    const left = () =>
      withClient(other.server.connectionString, async (client) => {
        const result = await client.query<{ rolname: string }>(
          'select rolname from pg_roles where rolname = any($1)',
          [[...roles, database.administrator.user]],
        )
        return result.rows.map((row) => row.rolname).sort()
      })
    await database.drop()
    const kept = administrator === 'superuser' ? [database.administrator.user, shared] : [shared]
    expect(await left()).toEqual(kept.sort())
    await other.drop()
    expect(await left()).not.toContain(shared)
  },
)

test('drops a database that is in use, with prepared transactions and slots', async () => {
  const database = await testDatabase({ administrator: 'superuser' })
  const client = new pg.Client(database.connectionString)
  client.on('error', () => {})
  await client.connect()
  await client.query("select pg_create_logical_replication_slot('drop_me', 'pgoutput')")
  await client.query('begin')
  await client.query('create table a (id int)')
  await client.query("prepare transaction 'drop me'")
  await database.drop()
  const names = await withClient(database.server.connectionString, (client) =>
    client.query('select from pg_database where datname = $1', [database.name]),
  )
  expect(names.rowCount).toBe(0)
})

test('clones with all that is in it', async () => {
  await using original = await testDatabase({ administrator: 'restricted' })
  await withClient(original.connectionString, (client) =>
    client.query('create table a as select 1 as id'),
  )
  await using copy = await original.clone()
  const result = await withClient(copy.connectionString, (client) =>
    client.query('select id, tableowner from a, pg_tables where tablename = $1', ['a']),
  )
  expect(result.rows).toEqual([{ id: 1, tableowner: original.administrator.user }])
  await copy.drop()
  await withClient(original.connectionString, (client) => client.query('select from a'))
})
