import { startTcpProxy, type TcpProxy, type TestDatabase, testDatabase } from '@plataforma/testkit'
import { CompiledQuery } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { NOBODY } from '../context/acting.js'
import type { Scope } from '../scope/scope.js'
import { type SendOptions, StatementWay } from '../scope/statement-way.js'
import { rejection } from '../session/connected.fixture.js'
import { PgPoolSessionSource } from '../session/pg-pool-session-source.js'
import { type Moments, NO_MOMENTS } from '../statement/moments.js'
import { TransactionScope } from './transaction-scope.js'
import { TransactionSession } from './transaction-session.js'

let database: TestDatabase
let observer: pg.Client
let events: string[]

beforeAll(async () => {
  database = await testDatabase({ administrator: 'restricted' })
  observer = new pg.Client(database.superuser.connectionString)
  await observer.connect()
  await observer.query(`
    create role ${database.name}_one; create role ${database.name}_other;
    grant ${database.name}_one, ${database.name}_other to ${database.administrator.user};
    create table pet (id int primary key, name text);
    create table toy (id int, pet int references pet deferrable initially deferred);
    grant all on pet, toy to public;
    revoke execute on function pg_current_wal_insert_lsn() from public;
    create function slow() returns trigger language plpgsql as $$
      begin perform pg_sleep(60); return null; end $$;
    create table slow_to_commit (id int);
    grant all on slow_to_commit to public;
    create constraint trigger slow after insert on slow_to_commit initially deferred
      for each row execute function slow()`)
})

beforeEach(async () => {
  events = []
  await observer.query('delete from toy; delete from pet')
})

afterAll(async () => {
  await observer.end()
  await database.drop()
})

const PLAIN: Scope = {
  module: undefined,
  identity: { kind: 'administrator' },
  purpose: 'admin',
  acting: NOBODY,
  head: undefined,
}

const under = (role: string): Scope => ({
  ...PLAIN,
  identity: { kind: 'application' },
  head: { key: role, role: `${database.name}_${role}`, searchPath: 'public', token: () => '' },
})

const APPLICATION: Scope = { ...PLAIN, identity: { kind: 'application' } }

interface Work {
  readonly way: StatementWay
  readonly source: PgPoolSessionSource
  begin(scope?: Scope): TransactionScope
  run(
    transaction: TransactionScope | undefined,
    text: string,
    options?: SendOptions & { values?: readonly unknown[]; scope?: Scope },
  ): Promise<Record<string, unknown>[]>
}

function work(options: { url?: string; moments?: Partial<Moments> } = {}): Work {
  const connectionString = options.url ?? database.connectionString
  const logins = { loginOf: () => ({ key: 'a', config: { connectionString } }) }
  const source = new PgPoolSessionSource({ logins, max: 1, closeTimeoutMs: 200 })
  onTestFinished(() => source.close())
  const moments = options.moments && { ...NO_MOMENTS, ...options.moments }
  const judge = { isRaw: () => false, residueOf: () => 'none' as const }
  const way = new StatementWay({ sessions: source, judge, moments })
  return {
    way,
    source,
    begin: (scope = PLAIN) =>
      new TransactionScope(new TransactionSession(way, scope, { settings: {} }), scope.acting),
    run: async (carrier, text, { values = [], scope = PLAIN, ...rest } = {}) => {
      const query = CompiledQuery.raw(text, [...values])
      const { rows, portions } = await way.send(scope, query, { carrier, ...rest })
      const streamed: Record<string, unknown>[] = []
      for await (const portion of portions ?? []) streamed.push(...portion)
      return portions === undefined ? rows : streamed
    },
  }
}

const noting = (): Partial<Moments> => ({
  committing: [() => void events.push('committing')],
  committed: [(writes) => void events.push(`committed ${writes.tables.map((t) => t.table)}`)],
  rolledBack: [() => void events.push('rolled back')],
  outcomeUnknown: [() => void events.push('unknown')],
})

const insert = (id: number) => `insert into pet values (${id}, null)`
const ids = async () =>
  (await observer.query('select id from pet order by id')).rows.map((row: { id: number }) => row.id)
const isFree = (source: PgPoolSessionSource) =>
  expect.poll(() => source.stats()).toMatchObject({ active: 0, waiting: 0 })

const circular: Record<string, unknown> = {}
circular.self = circular
const UNSENDABLE = { values: [circular] }

describe('a transaction', () => {
  it('takes BEGIN along with its first statement, and no session before', async () => {
    const { begin, run, source } = work()
    const transaction = begin()
    expect(source.stats().active).toBe(0)
    await run(transaction, insert(1))
    await run(transaction, insert(2))
    expect(await ids()).toEqual([])
    await transaction.commit()
    expect(await ids()).toEqual([1, 2])
    await isFree(source)
  })

  it('that sends nothing takes no session', async () => {
    const { begin, source } = work()
    await begin().commit()
    await begin().rollback()
    expect(source.stats()).toEqual({ active: 0, idle: 0, waiting: 0 })
  })

  it('begins with the next statement where the first could not be sent', async () => {
    const { begin, run } = work()
    const transaction = begin()
    await expect(run(transaction, 'select $1::json', UNSENDABLE)).rejects.toThrow(TypeError)
    await run(transaction, insert(1))
    await transaction.rollback()
    expect(await ids()).toEqual([])
  })

  it('begins with the next statement where the first was aborted before', async () => {
    const { begin, run } = work()
    const transaction = begin()
    await run(transaction, 'select 1')
    await transaction.rollback()
    const other = begin()
    const aborted = run(other, insert(1), { signal: AbortSignal.abort(new Error('no')) })
    await expect(aborted).rejects.toThrow('no')
    await run(other, insert(2))
    await other.rollback()
    expect(await ids()).toEqual([])
  })

  it('holds for statements side by side, also where the first cannot be sent', async () => {
    const { begin, run } = work()
    const transaction = begin()
    await Promise.allSettled([
      run(transaction, 'select $1::json', UNSENDABLE),
      run(transaction, insert(1)),
      run(transaction, insert(2)),
    ])
    await transaction.rollback()
    expect(await ids()).toEqual([])
  })

  it('fails as a whole where a statement fails', async () => {
    const { begin, run, source } = work({ moments: noting() })
    const transaction = begin()
    await run(transaction, insert(1))
    expect(await rejection(run(transaction, insert(1)))).toMatchObject({ code: '23505' })
    expect(await rejection(run(transaction, 'select 1'))).toMatchObject({ code: '25P02' })
    expect(await rejection(transaction.commit())).toMatchObject({ code: 'PLT_TRANSACTION_ABORTED' })
    expect(events).toEqual(['rolled back'])
    await isFree(source)
  })

  it('refuses what comes after its end, streams included', async () => {
    const { begin, run, way } = work()
    const closed = { code: 'PLT_TRANSACTION_CLOSED' }
    const transaction = begin()
    await run(transaction, 'select 1')
    const query = CompiledQuery.raw('select generate_series(1, 5) as n')
    const options = { carrier: transaction, chunkSize: 1 }
    const never = await way.send(PLAIN, query, options)
    const begun = await way.send(PLAIN, query, options)
    await begun.portions?.next()
    await transaction.commit()
    expect(await rejection(run(transaction, 'select 1'))).toMatchObject(closed)
    expect(await rejection(Promise.resolve(never.portions?.next()))).toMatchObject(closed)
    expect(await rejection(Promise.resolve(begun.portions?.next()))).toMatchObject(closed)
    expect(await rejection(transaction.commit())).toMatchObject(closed)
    expect(await rejection(transaction.nested())).toMatchObject(closed)
    expect(() => transaction.afterCommit(() => {})).toThrow(expect.objectContaining(closed))
    await transaction.rollback()
  })

  it('reads a stream while other statements run in it', async () => {
    const { begin, run, way } = work()
    const transaction = begin()
    const query = CompiledQuery.raw('select generate_series(1, 3) as n')
    const { portions = [] } = await way.send(PLAIN, query, { carrier: transaction, chunkSize: 1 })
    for await (const [row] of portions) await run(transaction, insert(Number(row?.n)))
    await transaction.commit()
    expect(await ids()).toEqual([1, 2, 3])
  })

  it('goes on after a statement that was aborted is rolled back', async () => {
    const { begin, run, source } = work()
    const transaction = begin()
    await run(transaction, insert(1))
    const signal = AbortSignal.timeout(20)
    expect(await rejection(run(transaction, 'select pg_sleep(60)', { signal }))).toBe(signal.reason)
    await transaction.rollback()
    expect(await ids()).toEqual([])
    await isFree(source)
  })
})

describe('the head of a transaction', () => {
  const role = 'select current_user::text as role'
  const named = (name: string) => [{ role: `${database.name}_${name}` }]

  it('is that of each statement’s scope', async () => {
    const { begin, run } = work()
    const transaction = begin(APPLICATION)
    for (const name of ['one', 'one', 'other', 'one']) {
      expect(await run(transaction, role, { scope: under(name) })).toEqual(named(name))
    }
    await transaction.commit()
  })

  it('is set anew where the statement that should have brought it was not sent', async () => {
    const { begin, run } = work()
    const transaction = begin(APPLICATION)
    await run(transaction, role, { scope: under('one') })
    const unsent = run(transaction, 'select $1::json', { ...UNSENDABLE, scope: under('other') })
    await expect(unsent).rejects.toThrow(TypeError)
    expect(await run(transaction, role, { scope: under('other') })).toEqual(named('other'))
    await transaction.commit()
  })

  it('is right for statements side by side, also where one is aborted while it waits', async () => {
    const { begin, run } = work()
    const transaction = begin(APPLICATION)
    await run(transaction, role, { scope: under('one') })
    const controller = new AbortController()
    const answers = [
      run(transaction, `${role} from pg_sleep(0.05)`, { scope: under('one') }),
      run(transaction, role, { scope: under('other'), signal: controller.signal }),
      run(transaction, role, { scope: under('other') }),
      run(transaction, role, { scope: under('one') }),
    ]
    controller.abort(new Error('no'))
    const [first, second, third, fourth] = await Promise.allSettled(answers)
    expect(first).toMatchObject({ value: named('one') })
    expect(second).toMatchObject({ reason: { message: 'no' } })
    expect(third).toMatchObject({ value: named('other') })
    expect(fourth).toMatchObject({ value: named('one') })
    await transaction.commit()
  })

  it('is set anew after a rollback to a savepoint', async () => {
    const { begin, run } = work()
    const transaction = begin(APPLICATION)
    await run(transaction, role, { scope: under('one') })
    const nested = await transaction.nested()
    await run(nested, role, { scope: under('other') })
    await nested.rollback()
    expect(await run(transaction, role, { scope: under('other') })).toEqual(named('other'))
    await transaction.commit()
  })
})

describe('a nested transaction', () => {
  it('undoes its own work, and its callbacks run once', async () => {
    const { begin, run } = work()
    const outer = begin()
    outer.afterCommit(() => events.push('outer committed'))
    await run(outer, insert(1))
    const kept = await outer.nested()
    kept.afterCommit(() => events.push('kept committed'))
    kept.afterRollback(() => events.push('kept rolled back'))
    await run(kept, insert(2))
    await kept.commit()
    const undone = await outer.nested()
    undone.afterCommit(() => events.push('undone committed'))
    undone.afterRollback(() => events.push('undone rolled back'))
    await run(undone, insert(3))
    await Promise.all([undone.rollback(), undone.rollback()])
    expect(events).toEqual(['undone rolled back'])
    await outer.commit()
    expect(events).toEqual(['undone rolled back', 'outer committed', 'kept committed'])
    expect(await ids()).toEqual([1, 2])
  })

  it('whose error was swallowed is rolled back, and what is around it goes on', async () => {
    const { begin, run } = work()
    const outer = begin()
    await run(outer, insert(1))
    const nested = await outer.nested()
    nested.afterRollback(() => events.push('rolled back'))
    await run(nested, insert(2))
    await run(nested, 'select 1 / 0').catch(() => {})
    expect(await rejection(nested.commit())).toMatchObject({
      code: 'PLT_TRANSACTION_ABORTED',
      cause: { code: '25P02' },
    })
    expect(events).toEqual(['rolled back'])
    await run(outer, insert(3))
    await outer.commit()
    expect(await ids()).toEqual([1, 3])
  })

  it('holds back statements around it, and another nested one, until it ends', async () => {
    const { begin, run } = work()
    const outer = begin()
    const [first, second] = [outer.nested(), outer.nested()]
    const one = await first
    const around = run(outer, insert(10))
    await run(one, insert(1))
    await one.rollback()
    const other = await second
    await run(other, insert(2))
    await other.commit()
    await around
    await outer.commit()
    expect(await ids()).toEqual([2, 10])
  })

  it('that was never sent leaves no trace, however it ends', async () => {
    const { begin, run } = work()
    const outer = begin()
    await (await outer.nested()).commit()
    await (await outer.nested()).rollback()
    const first = await outer.nested()
    const inner = await first.nested()
    await expect(run(inner, 'select $1::json', UNSENDABLE)).rejects.toThrow(TypeError)
    await inner.rollback()
    await run(first, insert(1))
    await first.commit()
    await outer.commit()
    expect(await ids()).toEqual([1])
  })

  it('that was left open goes with what is around it', async () => {
    const { begin, run } = work()
    const outer = begin()
    const nested = await outer.nested()
    nested.afterRollback(() => events.push('nested'))
    const inner = await nested.nested()
    inner.afterRollback(() => events.push('inner'))
    await run(inner, insert(1))
    await outer.rollback()
    expect(events.sort()).toEqual(['inner', 'nested'])
    await nested.rollback()
    expect(events).toHaveLength(2)
    expect(await rejection(run(inner, 'select 1'))).toMatchObject({
      code: 'PLT_TRANSACTION_CLOSED',
    })
  })

  it('does not throw at its rollback where the connection is lost', async () => {
    const { begin, run, source } = work()
    const outer = begin()
    const nested = await outer.nested()
    const [{ pid } = {}] = await run(nested, 'select pg_backend_pid() as pid')
    await observer.query('select pg_terminate_backend($1)', [pid])
    await nested.rollback()
    await outer.rollback()
    await isFree(source)
  })
})

describe('the outcome', () => {
  it('is told to each listener once, before the callbacks', async () => {
    const { begin, run } = work({ moments: noting() })
    const transaction = begin()
    transaction.afterCommit(() => events.push('after commit'))
    await run(transaction, insert(1))
    await run(transaction, 'select * from pet')
    await transaction.commit()
    expect(events).toEqual(['committing', 'committed pet', 'after commit'])
  })

  it('is a rollback where `committing` refuses', async () => {
    const refusing = { ...noting(), committing: [() => Promise.reject(new Error('not now'))] }
    const { begin, run, source } = work({ moments: refusing })
    const transaction = begin()
    transaction.afterRollback(() => events.push('after rollback'))
    await run(transaction, insert(1))
    await expect(transaction.commit()).rejects.toThrow('not now')
    await transaction.rollback()
    expect(events).toEqual(['rolled back', 'after rollback'])
    expect(await ids()).toEqual([])
    await isFree(source)
  })

  it('stays a commit where a listener fails after it', async () => {
    const failing = { ...noting(), committed: [() => Promise.reject(new Error('too late'))] }
    const { begin, run } = work({ moments: failing })
    const transaction = begin()
    transaction.afterCommit(() => events.push('after commit'))
    transaction.afterRollback(() => events.push('after rollback'))
    await run(transaction, insert(1))
    await expect(transaction.commit()).rejects.toThrow('too late')
    expect(events).toEqual(['committing', 'after commit'])
    expect(await ids()).toEqual([1])
  })

  it('stays a commit where its position cannot be read', async () => {
    const lsns: unknown[] = []
    const moments = {
      committed: [(_: unknown, lsn: unknown) => void lsns.push(lsn)],
      wantsCommitLsn: true,
    }
    const { begin, run } = work({ moments })
    const transaction = begin()
    await run(transaction, insert(1))
    await transaction.commit()
    expect(lsns).toEqual([undefined])
    const url = database.superuser.connectionString
    const privileged = work({ moments, url })
    const other = privileged.begin()
    await privileged.run(other, insert(2))
    await other.commit()
    expect(lsns[1]).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
    expect(await ids()).toEqual([1, 2])
  })

  it('is a rollback where a deferred constraint refuses', async () => {
    const { begin, run } = work({ moments: noting() })
    const transaction = begin()
    await run(transaction, 'insert into toy values (1, 99)')
    expect(await rejection(transaction.commit())).toMatchObject({ code: '23503' })
    expect(events).toEqual(['committing', 'rolled back'])
  })

  it('is a rollback where the connection was lost before COMMIT was sent', async () => {
    const { begin, run, source } = work({ moments: noting() })
    const transaction = begin()
    const [{ pid } = {}] = await run(transaction, `${insert(1)} returning pg_backend_pid() as pid`)
    await observer.query('select pg_terminate_backend($1)', [pid])
    await expect
      .poll(() => rejection(run(transaction, 'select 1')))
      .toMatchObject({
        code: 'PLT_DATABASE_UNAVAILABLE',
      })
    expect(await rejection(transaction.commit())).toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
    })
    expect(events).toEqual(['rolled back'])
    await isFree(source)
  })

  it.each(['killed', 'cut'])('is unknown where the backend is %s at COMMIT', async (how) => {
    let proxy: TcpProxy | undefined
    if (how === 'cut') {
      proxy = await startTcpProxy(database.server, {
        onData: (direction, bytes) => {
          if (direction === 'toServer' && bytes.includes('commit\0')) proxy?.cut()
        },
      })
      onTestFinished(() => proxy?.close())
    }
    const url = proxy?.url(database.connectionString)
    const { begin, run, source } = work({ moments: noting(), ...(url && { url }) })
    const transaction = begin()
    transaction.afterCommit(() => events.push('after commit'))
    transaction.afterRollback(() => events.push('after rollback'))
    const [{ pid } = {}] = await run(
      transaction,
      'insert into slow_to_commit values (1) returning pg_backend_pid() as pid',
    )
    const outcome = rejection(transaction.commit())
    if (how === 'killed') {
      await expect
        .poll(async () => {
          const { rows } = await observer.query(
            `select wait_event from pg_stat_activity where pid = $1 and query = 'commit'`,
            [pid],
          )
          return rows[0]?.wait_event
        })
        .toBe('PgSleep')
      await observer.query('select pg_terminate_backend($1)', [pid])
    }
    expect(await outcome).toMatchObject({ code: 'PLT_OUTCOME_UNKNOWN', cause: expect.any(Error) })
    expect(events).toEqual(['committing', 'unknown'])
    await isFree(source)
  })

  it('of a statement outside a transaction is told as well', async () => {
    const { run } = work({ moments: noting() })
    await run(undefined, insert(1))
    await run(undefined, 'select 1')
    await rejection(run(undefined, insert(1)))
    await run(undefined, `${insert(2)} returning id`, { chunkSize: 1 })
    expect(events).toEqual([
      'committing',
      'committed pet',
      'committing',
      'rolled back',
      'committing',
      'committed pet',
    ])
    events = []
    const doomed = rejection(run(undefined, 'insert into slow_to_commit values (1)'))
    await expect
      .poll(async () => {
        const text = `select pg_terminate_backend(pid) from pg_stat_activity
          where query like 'insert into slow%' and wait_event = 'PgSleep'`
        return (await observer.query(text)).rowCount
      })
      .toBe(1)
    expect(await doomed).toMatchObject({ code: '57P01' })
    expect(events).toEqual(['committing', 'unknown'])
  })

  it('of a stream is told where its reader leaves early, and where it fails', async () => {
    const { way } = work({ moments: noting() })
    const send = async (text: string) => {
      const { portions = [] } = await way.send(PLAIN, CompiledQuery.raw(text), { chunkSize: 1 })
      for await (const _ of portions) break
    }
    await send(`insert into pet select generate_series(1, 3) returning id`)
    expect(events).toEqual(['committing', 'committed pet'])
    expect(await ids()).toEqual([1, 2, 3])
    await rejection(send(`${insert(1)} returning id`))
    expect(events.slice(2)).toEqual(['committing', 'rolled back'])
  })
})
