import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failedSegmentOf } from '../wire/failed-segment.js'
import { StatementNames } from '../wire/statement-names.js'
import { ConnectedDatabase, rejection, rowsOf, statement } from './connected.fixture.js'
import { PgConnection } from './pg-connection.js'

let connected: ConnectedDatabase
let connection: PgConnection

beforeAll(async () => {
  connected = await ConnectedDatabase.start()
  connection = await connected.connection()
  await connection.script(`
    create table pet (id int primary key, name text not null unique);
    create table toy (id int primary key, pet_id int references pet deferrable initially deferred);
    create function shout(n int) returns int language plpgsql as $$
      begin raise notice 'now % ', n; perform set_config('application_name', 'n' || n, false);
      return n; end $$`)
})

afterAll(() => connected[Symbol.asyncDispose]())

const segment = (...texts: string[]) => ({ statements: texts.map((text) => statement(text)) })
const counted = async () =>
  Number((await rowsOf(connection, 'select count(*) as n from pet'))[0]?.n)

describe('a batch', () => {
  it('gives one result for each statement of each segment', async () => {
    const results = await connection.send([
      segment('select 1 as a', `insert into pet values (1, 'x'), (2, 'y')`, 'create table t ()'),
      segment('update pet set name = name', 'delete from pet', 'drop table t'),
      segment('', 'select from pet', 'values (1, 2)'),
    ])
    expect(results).toEqual([
      [
        { command: 'SELECT', rowCount: 1, rows: [{ a: 1 }] },
        { command: 'INSERT', rowCount: 2, rows: [] },
        { command: 'CREATE', rowCount: 0, rows: [] },
      ],
      [
        { command: 'UPDATE', rowCount: 2, rows: [] },
        { command: 'DELETE', rowCount: 2, rows: [] },
        { command: 'DROP', rowCount: 0, rows: [] },
      ],
      [
        { command: '', rowCount: 0, rows: [] },
        { command: 'SELECT', rowCount: 0, rows: [] },
        { command: 'SELECT', rowCount: 1, rows: [{ column1: 1, column2: 2 }] },
      ],
    ])
  })

  it.each([0, 1, 2])(
    'that fails at statement %i undoes its segment, and goes on with the next',
    async (at) => {
      const texts = [1, 2, 3].map((id) => `insert into pet values (${id}, 'pet ${id}')`)
      texts[at] = `select 1 / (select count(*) from pet where id < 0)`
      const error = await rejection(
        connection.send([
          segment(`insert into pet values (10, 'before')`),
          segment(...texts),
          segment(`insert into pet values (11, 'after')`),
          segment(`insert into pet values (12, 'last')`),
        ]),
      )
      expect(error).toMatchObject({ code: '22012', severity: 'ERROR' })
      expect(failedSegmentOf(error)).toBe(1)
      expect(await rowsOf(connection, 'delete from pet returning id')).toEqual([
        { id: 10 },
        { id: 11 },
        { id: 12 },
      ])
    },
  )

  it('tells the first of several errors', async () => {
    const error = await rejection(
      connection.send([segment('select 1'), segment('select 1 / 0'), segment('nonsense')]),
    )
    expect(error).toMatchObject({ code: '22012' })
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it('fails at its Sync where the implicit COMMIT does', async () => {
    const error = await rejection(connection.send([segment('insert into toy values (1, 99)')]))
    expect(error).toMatchObject({ code: '23503' })
    expect(failedSegmentOf(error)).toBe(0)
    expect(connection.transactionStatus).toBe('idle')
  })

  it('is not confused by notices and changed parameters', async () => {
    const [results] = await connection.send([segment('select shout(1)', 'select shout(2) as b')])
    expect(results?.map((result) => result.rows)).toEqual([[{ shout: 1 }], [{ b: 2 }]])
  })

  it('of nothing resolves to nothing', async () => {
    expect(await connection.send([{ statements: [] }])).toEqual([[]])
    expect(await connection.send([])).toEqual([])
    expect(connection.busy).toBe(false)
  })

  it('follows the ones before it, also those that fail', async () => {
    const answers = [1, 2, 3, 4, 5].map((n) =>
      rowsOf(connection, n === 3 ? 'nonsense' : 'select $1::int as n', n === 3 ? [] : [n]).catch(
        (error: { code: string }) => error.code,
      ),
    )
    expect(await Promise.all(answers)).toEqual([
      [{ n: 1 }],
      [{ n: 2 }],
      '42601',
      [{ n: 4 }],
      [{ n: 5 }],
    ])
  })
})

describe('rows', () => {
  it('of columns with one name have the last one, in its place', async () => {
    expect(await rowsOf(connection, 'select 1 as a, 2 as b, null as a')).toEqual([
      { a: null, b: 2 },
    ])
    expect(await rowsOf(connection, 'select 1 as a, 2 as b, 3 as a')).toEqual([{ a: 3, b: 2 }])
  })

  it('may have no columns, 1,600 columns and any name', async () => {
    expect(await rowsOf(connection, 'select from generate_series(1, 2)')).toEqual([{}, {}])
    const wide = Array.from({ length: 1_600 }, (_, index) => `${index} as c${index}`)
    const [row = {}] = await rowsOf(connection, `select ${wide.join()}`)
    expect(Object.keys(row)).toHaveLength(1_600)
    expect(row.c1599).toBe(1599)
    const [odd = {}] = await rowsOf(connection, `select 1 as "__proto__", 2 as "constructor"`)
    expect(Object.entries(odd)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ])
    expect(Object.getPrototypeOf(odd)).toBe(Object.prototype)
  })

  it('come whole over many packets', async () => {
    const rows = await rowsOf(
      connection,
      `select n, repeat(n::text, 20000) as long from generate_series(1, 50) n`,
    )
    expect(rows).toHaveLength(50)
    for (const { n, long } of rows) expect(long).toBe(String(n).repeat(20_000))
  })

  it('whose value cannot be read fail their call alone', async () => {
    const client = await connected.client({
      types: {
        getTypeParser: () => (text: string) => {
          if (text === '2') throw new Error('Two is too much')
          return text
        },
      } as never,
    })
    const own = PgConnection.of(client, new StatementNames())
    await expect(rowsOf(own, 'select generate_series(1, 3) as n')).rejects.toThrow(
      'Two is too much',
    )
    expect(await rowsOf(own, 'select 1 as n')).toEqual([{ n: '1' }])
    await expect(own.script('select 2 as n; select 3 as n')).rejects.toThrow('Two is too much')
    expect(await rowsOf(own, 'select 1 as n')).toEqual([{ n: '1' }])
  })
})

describe('what cannot be sent', () => {
  const refused = { code: 'PLT_STATEMENT_INVALID', remedy: expect.any(String) }

  it('fails before anything is sent: 65,536 parameters', async () => {
    const marks = Array.from({ length: 65_536 }, (_, index) => `$${index + 1}::int`)
    const values = new Array<number>(65_536).fill(1)
    const error = await rejection(
      connection.send([
        segment(`insert into pet values (1, 'never')`),
        { statements: [statement(`select ${marks.join()}`, values)] },
      ]),
    )
    expect(error).toMatchObject(refused)
    expect(await counted()).toBe(0)
    const [row] = await rowsOf(
      connection,
      `select cardinality(array[${marks
        .slice(1)
        .map((_, index) => `$${index + 1}::int`)
        .join()}]) as n`,
      values.slice(1),
    )
    expect(row).toEqual({ n: 65_535 })
  })

  it('fails before anything is sent: a NUL in the text', async () => {
    expect(await rejection(rowsOf(connection, `select 1 --\0`))).toMatchObject(refused)
    expect(await rejection(connection.script(`select 1; select '\0'`))).toMatchObject(refused)
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it('fails before anything is sent: a value that has no text', async () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    const batch = connection.send([
      segment(`insert into pet values (1, 'never')`),
      { statements: [statement('select $1::json', [circular])] },
    ])
    await expect(batch).rejects.toThrow(TypeError)
    const throwing = {
      toPostgres: () => {
        throw new Error('not this one')
      },
    }
    await expect(rowsOf(connection, 'select $1', [throwing])).rejects.toThrow('not this one')
    expect(await counted()).toBe(0)
  })

  it('fails on the server, and there alone: a NUL in a value', async () => {
    expect(await rejection(rowsOf(connection, 'select $1::text', ['a\0b']))).toMatchObject({
      code: '22021',
    })
    expect(await rowsOf(connection, 'select $1::bytea as b', [Buffer.from('a\0b')])).toEqual([
      { b: Buffer.from('a\0b') },
    ])
  })

  it('is none of the values that pg itself can send', async () => {
    const values = [
      undefined,
      null,
      true,
      12n,
      -0.5,
      'ação',
      new Date(0),
      [1, [null, 'a"b']],
      { a: 1 },
      Buffer.from('x'),
      new Uint8Array([1, 2]),
      { toPostgres: () => 'custom' },
      { toJSON: () => undefined },
    ]
    const text =
      'select $1::text a, $2::text b, $3::bool c, $4::int8 d, $5::float8 e, $6::text f, $7::timestamptz g, $8::text h, $9::json i, $10::bytea j, $11::bytea k, $12::text l, $13::json m'
    const client = await connected.client()
    const { rows } = await client.query(text, values)
    expect(await rowsOf(connection, text, values)).toEqual(rows)
  })
})

describe('COPY', () => {
  it('from STDIN fails, in a batch and in a script', async () => {
    const copy = 'copy pet from stdin'
    expect(await rejection(rowsOf(connection, copy))).toMatchObject({ code: '57014' })
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
    expect(await rejection(connection.script(`select 1; ${copy}`))).toMatchObject({ code: '57014' })
    expect(await rowsOf(connection, 'select 1 as a')).toEqual([{ a: 1 }])
  })

  it.each([
    ['another statement', [['copy pet from stdin', 'select 1']]],
    ['another segment', [['copy pet from stdin'], ['select 1']]],
    ['both', [['copy pet from stdin', 'select 1'], ['select 2'], ['select 3']]],
  ])('from STDIN before %s ends the connection, and no caller waits', async (_, texts) => {
    const own = await connected.connection()
    await expect(own.send(texts.map((each) => segment(...each)))).rejects.toThrow()
    await expect.poll(() => own.broken).toBe(true)
    await expect(rowsOf(own, 'select 1')).rejects.toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
    })
    expect(await counted()).toBe(0)
  })

  it('to STDOUT counts its rows', async () => {
    const [[result] = []] = await connection.send([segment('copy (values (1), (2)) to stdout')])
    expect(result).toEqual({ command: 'COPY', rowCount: 2, rows: [] })
    expect(await connection.script('copy (values (1), (2)) to stdout; select 1 as a')).toEqual([
      { command: 'COPY', rowCount: 2, rows: [] },
      { command: 'SELECT', rowCount: 1, rows: [{ a: 1 }] },
    ])
  })
})

describe('a script', () => {
  it('has one result for each statement, and none of what follows an error', async () => {
    expect(
      await connection.script('select 1 as a; ; select 2 as b, 3 as c; begin; rollback'),
    ).toEqual([
      { command: 'SELECT', rowCount: 1, rows: [{ a: 1 }] },
      { command: 'SELECT', rowCount: 1, rows: [{ b: 2, c: 3 }] },
      { command: 'BEGIN', rowCount: 0, rows: [] },
      { command: 'ROLLBACK', rowCount: 0, rows: [] },
    ])
    expect(await connection.script('')).toEqual([{ command: '', rowCount: 0, rows: [] }])
    const error = await rejection(
      connection.script(
        `insert into pet values (1, 'x'); select 1 / 0; insert into pet values (2, 'y')`,
      ),
    )
    expect(error).toMatchObject({ code: '22012' })
    expect(await counted()).toBe(0)
  })
})

describe('a connection that is lost', () => {
  const lost = { code: 'PLT_DATABASE_UNAVAILABLE', remedy: expect.any(String) }

  it('fails what is in flight with what the server said, and the rest at once', async () => {
    const own = await connected.connection()
    const [{ pid } = {}] = await rowsOf(own, 'select pg_backend_pid() as pid')
    const sleeping = own.send([
      segment('select 1'),
      segment('select pg_sleep(60)'),
      segment('select 2'),
    ])
    const queued = rowsOf(own, 'select 1')
    const outcomes = Promise.all([rejection(sleeping), rejection(queued)])
    await rowsOf(connection, 'select pg_terminate_backend($1)', [pid])
    const [inFlight, waiting] = await outcomes
    expect(inFlight).toMatchObject({ code: '57P01', severity: 'FATAL' })
    expect(waiting).toMatchObject(lost)
    expect(own.broken).toBe(true)
    await expect(own.settled()).resolves.toBeUndefined()
    expect(await rejection(rowsOf(own, 'select 1'))).toMatchObject(lost)
  })

  it.each(['cut', 'reset'] as const)('by a socket that is %s frees its callers', async (how) => {
    const { proxy, connection: own } = await connected.proxied()
    const outcomes = Promise.all([
      rejection(own.send([segment('select 1', 'select pg_sleep(60)'), segment('select 1')])),
      rejection(own.script('select 1')),
    ])
    await expect
      .poll(() =>
        rowsOf(
          connection,
          `select from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%'`,
        ),
      )
      .not.toEqual([])
    proxy[how]()
    const [inFlight, waiting] = await outcomes
    expect((inFlight as Error).message).toMatch(/terminated|ECONNRESET/)
    expect(waiting).toMatchObject(lost)
    expect(own.broken).toBe(true)
  })

  it('while idle is noticed, and nothing is thrown where nobody listens', async () => {
    const { proxy, connection: own } = await connected.proxied()
    proxy.reset()
    await expect.poll(() => own.broken).toBe(true)
    expect(await rejection(rowsOf(own, 'select 1'))).toMatchObject(lost)
  })
})
