import { type TestDatabase, testDatabase } from '@plataforma/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDatabase } from './create-database.js'
import type { Database } from './database.js'

let target: TestDatabase
let database: Database

beforeAll(async () => {
  target = await testDatabase()
  const { connectionString } = target
  database = createDatabase({ connectionString, mode: 'development', poolConfig: { max: 1 } })
  await database.initialize()
})

afterAll(async () => {
  await database.close()
  await target.drop()
})

const setting = async (name: string) => {
  const { rows } = await sql<{ value: string | null }>`
    select current_setting(${name}, true) as value`.execute(database.admin.db)
  return rows[0]?.value
}

describe('a script of the administrator', () => {
  it('gives one result for each statement', async () => {
    const results = await database.admin.script(`
      create table plataforma.notas (id int);
      insert into plataforma.notas values (1), (2);
      select id from plataforma.notas order by id;
    `)
    expect(results.map(({ command }) => command)).toEqual(['CREATE', 'INSERT', 'SELECT'])
    expect(results[2]?.rows).toEqual([{ id: 1 }, { id: 2 }])
  })

  it('is undone as a whole where a statement of it fails', async () => {
    const broken = database.admin.script('create table plataforma.meia (id int); select 1/0')
    await expect(broken).rejects.toMatchObject({ code: '22012' })
    await expect(database.admin.script('select from plataforma.meia')).rejects.toMatchObject({
      code: '42P01',
    })
  })

  it('leaves neither setting, role nor transaction to the next one on its session', async () => {
    await database.admin.script(`
      set work_mem = '1234kB'; set role none; set my.own = 'x'; begin; create temp table t (id int)`)
    expect(await setting('work_mem')).not.toBe('1234kB')
    expect([null, '']).toContain(await setting('my.own'))
    await expect(sql`select from t`.execute(database.admin.db)).rejects.toMatchObject({
      code: '42P01',
    })
  })

  it('ends with its signal', async () => {
    const signal = AbortSignal.timeout(20)
    await expect(database.admin.script('select pg_sleep(60)', { signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    expect(await setting('my.own')).not.toBe('x')
  })
})
