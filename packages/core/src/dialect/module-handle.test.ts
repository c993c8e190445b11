import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { CamelCasePlugin, type Generated, type Kysely, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { moduleHandle } from './module-handle.js'
import { type HandleParts, plainHandle } from './plain-handle.js'

interface Tables {
  item: { id: Generated<number>; full_name: string }
}

let target: TestDatabase
let parts: HandleParts
let db: Kysely<Tables>

beforeAll(async () => {
  target = await testDatabase()
  parts = plainHandle({
    pool: new pg.Pool({ connectionString: target.connectionString, max: 2 }),
  })
  await parts.open?.()
  db = moduleHandle(parts)
  await sql`create table item (id serial primary key, full_name text not null)`.execute(db)
  await db
    .insertInto('item')
    .values([{ full_name: 'a' }, { full_name: 'b' }])
    .execute()
})

afterAll(async () => {
  await parts.close?.()
  await target.drop()
})

it('gives rows and counts as Kysely does', async () => {
  expect(await db.selectFrom('item').selectAll().orderBy('id').execute()).toEqual([
    { id: 1, full_name: 'a' },
    { id: 2, full_name: 'b' },
  ])
  const renamed = db.updateTable('item').set({ full_name: 'c' }).where('id', '=', 2)
  expect(await renamed.execute()).toEqual([{ numUpdatedRows: 1n, numChangedRows: undefined }])
})

it('leaves plugins their word on queries and results', async () => {
  const camel = db.withPlugin(new CamelCasePlugin()).withTables<{ item: { fullName: string } }>()
  expect(
    await camel.selectFrom('item').select('fullName').where('fullName', '=', 'a').execute(),
  ).toEqual([{ fullName: 'a' }])
})

it('tells in an error where the call was made', async () => {
  async function caller() {
    await sql`select nothing`.execute(db)
  }
  await expect(caller()).rejects.toMatchObject({
    code: '42703',
    stack: expect.stringContaining('caller'),
  })
})

it('refuses a query whose signal is aborted', async () => {
  const signal = AbortSignal.abort(new Error('no longer wanted'))
  await expect(db.selectFrom('item').selectAll().execute({ signal })).rejects.toThrow()
})

it('keeps the queries of a transaction in it', async () => {
  const undone = db.transaction().execute(async (trx) => {
    await trx.deleteFrom('item').execute()
    expect(await trx.selectFrom('item').selectAll().execute()).toEqual([])
    throw new Error('undone')
  })
  await expect(undone).rejects.toThrow('undone')
  expect(await db.selectFrom('item').selectAll().execute()).toHaveLength(2)
})

it('sends nothing any more when it was destroyed', async () => {
  const other: Kysely<Tables> = moduleHandle({ ...parts, close: async () => {} })
  expect(await other.selectFrom('item').selectAll().execute()).toHaveLength(2)
  await other.destroy()
  const closed = { code: 'PLT_CLOSED' }
  await expect(other.selectFrom('item').selectAll().execute()).rejects.toMatchObject(closed)
  const transaction = other.transaction().execute((trx) => trx.selectFrom('item').execute())
  await expect(transaction).rejects.toMatchObject(closed)
})
