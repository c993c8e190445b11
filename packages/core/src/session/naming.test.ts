import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { StatementNames } from '../wire/statement-names.js'
import { ConnectedDatabase, rejection, rowsOf, statement } from './connected.fixture.js'
import { PgConnection } from './pg-connection.js'
import type { WireStatement } from './session.js'

let connected: ConnectedDatabase
let connection: PgConnection

beforeAll(async () => {
  connected = await ConnectedDatabase.start()
  const setup = await connected.connection()
  await setup.script('create table pet (id int primary key, name text)')
})

beforeEach(async () => {
  connection = await connected.connection()
})

afterAll(() => connected[Symbol.asyncDispose]())

const always = (text: string, values: readonly unknown[] = []): WireStatement => ({
  text,
  values,
  prepare: 'always',
})

/** The texts that the server holds under a name. */
async function prepared(): Promise<unknown[]> {
  const text = 'select statement from pg_prepared_statements order by prepare_time, statement'
  const [[result] = []] = await connection.send([{ statements: [{ text, prepare: 'never' }] }])
  return result?.rows.map((row) => row.statement) ?? []
}

const twice = async (text: string, values: readonly unknown[] = []) => {
  await rowsOf(connection, text, values)
  return await rowsOf(connection, text, values)
}

describe('a statement', () => {
  it('is named at its second use, and keeps its columns', async () => {
    await rowsOf(connection, 'select $1::int as n, null as m', [1])
    expect(await prepared()).toEqual([])
    for (const n of [2, 3, 4]) {
      expect(await rowsOf(connection, 'select $1::int as n, null as m', [n])).toEqual([
        { n, m: null },
      ])
    }
    expect(await prepared()).toEqual(['select $1::int as n, null as m'])
  })

  it('without columns keeps that, too', async () => {
    for (const id of [1, 2, 3]) {
      expect(await rowsOf(connection, 'insert into pet values ($1, null)', [id])).toEqual([])
    }
    for (const _ of [1, 2, 3]) expect(await rowsOf(connection, 'delete from pet')).toEqual([])
    expect(await prepared()).toHaveLength(2)
  })

  it('of another scope has another name', async () => {
    const text = 'select 1 as a'
    const scoped = (scopeKey: string) => ({ statements: [{ ...always(text), scopeKey }] })
    await connection.send([scoped('one'), scoped('other'), scoped('one')])
    expect(await prepared()).toEqual([text, text])
  })

  it('is not named where it is long, or where its columns are not those of its text', async () => {
    await twice(`select '${'x'.repeat(20_000)}'`)
    await connection.script('begin; declare c cursor for select 1 as a, 2 as b')
    expect(await twice('fetch all from c')).toEqual([])
    await connection.script('close c; declare c cursor for select 3 as other')
    expect(await rowsOf(connection, 'fetch all from c')).toEqual([{ other: 3 }])
    await connection.script('rollback')
    expect(await prepared()).toEqual([])
  })

  it('is one of 256 at most; the longest unused is closed', async () => {
    const texts = Array.from({ length: 300 }, (_, index) => `select ${index} as n`)
    for (const text of texts) await twice(text)
    const held = await prepared()
    expect(held.length).toBeGreaterThanOrEqual(256)
    expect(held.length).toBeLessThanOrEqual(257)
    expect(await twice(texts[0] ?? '')).toEqual([{ n: 0 }])
    expect(await prepared()).toContain(texts[0])
  })

  it('may stand several times in a batch that is larger than what is kept', async () => {
    const statements = Array.from({ length: 600 }, (_, index) =>
      always(`select ${index % 300} as n`),
    )
    const [results = []] = await connection.send([{ statements }])
    expect(results.map((result) => result.rows[0]?.n)).toEqual(
      statements.map((_, index) => index % 300),
    )
    expect((await prepared()).length).toBeLessThanOrEqual(257)
  })
})

describe('a name', () => {
  it('is not taken for known when what stands before it fails', async () => {
    const batch = [{ statements: [statement('select 1 / 0'), always('select 2 as b')] }]
    for (const _ of [1, 2, 3])
      expect(await rejection(connection.send(batch))).toMatchObject({ code: '22012' })
    expect(await prepared()).not.toContain('select 2 as b')
    const [results] = await connection.send([{ statements: [always('select 2 as b')] }])
    expect(results?.[0]?.rows).toEqual([{ b: 2 }])
  })

  it('is not taken for known when its text cannot be parsed', async () => {
    const broken = [{ statements: [always('select * from pet_later')] }]
    for (const _ of [1, 2])
      expect(await rejection(connection.send(broken))).toMatchObject({ code: '42P01' })
    await connection.script('create table pet_later (id int)')
    expect((await connection.send(broken))[0]?.[0]?.rows).toEqual([])
    await connection.script('drop table pet_later')
  })

  it('is known when it was parsed, whatever comes of those behind it', async () => {
    const batch = [{ statements: [always('select 1 as a'), always('select * from pet_later')] }]
    expect(await rejection(connection.send(batch))).toMatchObject({ code: '42P01' })
    expect(connection.prepared.size).toBe(1)
    expect(await prepared()).toEqual(['select 1 as a'])
  })

  it('is known when only its values are refused', async () => {
    const divide = (by: number) => [{ statements: [always('select 6 / $1::int as n', [by])] }]
    expect(await rejection(connection.send(divide(0)))).toMatchObject({ code: '22012' })
    expect((await connection.send(divide(2)))[0]?.[0]?.rows).toEqual([{ n: 3 }])
    expect(await prepared()).toEqual(['select 6 / $1::int as n'])
  })

  it('of an earlier segment that fails does not fail a later one', async () => {
    const insert = always('insert into pet_born values (1)')
    const error = await rejection(
      connection.send([
        { statements: [insert] },
        { statements: [statement('create table pet_born (id int)')] },
        { statements: [insert, insert] },
      ]),
    )
    expect(error).toMatchObject({ code: '42P01' })
    expect(await rowsOf(connection, 'select from pet_born')).toHaveLength(2)
  })
})

describe('names that somebody takes away', () => {
  const text = 'select $1::int as n'

  it.each(['discard all', 'deallocate all', 'deallocate prepare all'])(
    'by %s are prepared again, also in a transaction',
    async (command) => {
      await twice(text, [1])
      await rowsOf(connection, command)
      await connection.script('begin')
      expect(await rowsOf(connection, text, [2])).toEqual([{ n: 2 }])
      await connection.script('commit')
      await connection.script(command)
      expect(await rowsOf(connection, text, [3])).toEqual([{ n: 3 }])
      expect(await prepared()).toEqual([text])
    },
  )

  const hidden = 'do $$ begin execute $d$ deallocate all $d$; end $$'

  it('without a sign are prepared again outside a transaction, and run once', async () => {
    const insert = 'insert into pet values ($1, null)'
    await twice(text, [1])
    await rowsOf(connection, insert, [1])
    await rowsOf(connection, insert, [2])
    await rowsOf(connection, hidden)
    expect(await rowsOf(connection, text, [2])).toEqual([{ n: 2 }])
    await rowsOf(connection, insert, [3])
    expect(await rowsOf(connection, 'delete from pet returning id')).toEqual([
      { id: 1 },
      { id: 2 },
      { id: 3 },
    ])
    expect(await prepared()).toHaveLength(2)
  })

  it('without a sign fail a transaction, and the next one works', async () => {
    await twice(text, [1])
    await connection.script(`begin; ${hidden}`)
    expect(await rejection(rowsOf(connection, text, [2]))).toMatchObject({ code: '26000' })
    await connection.script('rollback; begin')
    expect(await rowsOf(connection, text, [3])).toEqual([{ n: 3 }])
    await connection.script('commit')
  })

  it('one by one leave the others usable, also in a transaction', async () => {
    await twice(text, [1])
    await twice('select 2 as b')
    const deallocate = `select format('deallocate %I', name) as sql from pg_prepared_statements
      where statement = 'select 2 as b'`
    const [row] = await rowsOf(connection, deallocate)
    await rowsOf(connection, `do $$ begin execute '${row?.sql}'; end $$`)
    expect(await rowsOf(connection, 'select 2 as b')).toEqual([{ b: 2 }])
    await connection.script('begin')
    expect(await rowsOf(connection, text, [2])).toEqual([{ n: 2 }])
    await connection.script('commit')
  })

  it('again and again, as under a pooler, are used on no connection any more', async () => {
    const names = new StatementNames()
    const [own, other] = [
      PgConnection.of(await connected.client(), names),
      PgConnection.of(await connected.client(), names),
    ]
    for (const turn of [1, 2, 3]) {
      expect(names.hold).toBe(true)
      for (const n of [1, 2]) await rowsOf(own, text, [n])
      await rowsOf(own, hidden)
      expect(await rowsOf(own, text, [turn])).toEqual([{ n: turn }])
    }
    expect(names.hold).toBe(false)
    for (const n of [1, 2, 3]) expect(await rowsOf(other, text, [n])).toEqual([{ n }])
    expect(await rowsOf(other, 'select from pg_prepared_statements')).toEqual([])
  })

  it('now and then, and not all at once, go on being used', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const names = new StatementNames()
    for (let turn = 0; turn < 10; turn++) {
      names.noteLoss(false)
      vi.advanceTimersByTime(40_000)
    }
    expect(names.hold).toBe(true)
    vi.useRealTimers()
  })

  it('where a pooler is known of are used on no connection any more', () => {
    const names = new StatementNames()
    names.noteLoss(true)
    expect(names.hold).toBe(false)
    expect(names.nameOf('', 'select 1', true)).toBeUndefined()
  })

  it('and given to another statement are taken back', async () => {
    const names = new StatementNames()
    const own = PgConnection.of(await connected.client(), names)
    const name = names.nameOf('', text, true)
    await own.script(`prepare ${name} as select 666 as n`)
    expect(await rowsOf(own, text, [1])).toEqual([{ n: 1 }])
    await own.script(`deallocate all; prepare ${name} as select 666 as n`)
    expect(await rowsOf(own, text, [2])).toEqual([{ n: 2 }])
  })
})

describe('a result that changes with its table', () => {
  const all = 'select * from changing'

  it('is described again outside a transaction', async () => {
    await connection.script('create table changing (a int); insert into changing values (1)')
    expect(await twice(all)).toEqual([{ a: 1 }])
    await connection.script('alter table changing add b text')
    await connection.script('update changing set b = $$x$$')
    expect(await rowsOf(connection, all)).toEqual([{ a: 1, b: 'x' }])
    await connection.script('alter table changing rename b to c')
    expect(await rowsOf(connection, all)).toEqual([{ a: 1, c: 'x' }])
    await connection.script('alter table changing alter c type bytea using c::bytea')
    expect(await rowsOf(connection, all)).toEqual([{ a: 1, c: Buffer.from('x') }])
  })

  it('fails a transaction, and the next one works', async () => {
    await twice(all)
    await connection.script('alter table changing drop column c')
    await connection.script('begin')
    expect(await rejection(rowsOf(connection, all))).toMatchObject({ code: '0A000' })
    await connection.script('rollback; begin')
    expect(await rowsOf(connection, all)).toEqual([{ a: 1 }])
    await connection.script('commit; drop table changing')
  })
})
