import { startTcpProxy, type TcpProxy } from '@plataforma/testkit'
import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { rejection } from '../session/connected.fixture.js'
import { insert, isFree, PLAIN, TransactionTrial } from './transaction.fixture.js'

let trial: TransactionTrial

beforeAll(async () => {
  trial = await TransactionTrial.start()
})

beforeEach(() => trial.reset())
afterAll(() => trial[Symbol.asyncDispose]())

describe('the outcome', () => {
  it('is told to each listener once, before the callbacks', async () => {
    const { begin, run } = trial.work({ moments: trial.noting() })
    const transaction = begin()
    transaction.afterCommit(() => trial.events.push('after commit'))
    await run(transaction, insert(1))
    await run(transaction, 'select * from pet')
    await transaction.commit()
    expect(trial.events).toEqual(['committing', 'committed pet', 'after commit'])
  })

  it('is a rollback where `committing` refuses', async () => {
    const refusing = { ...trial.noting(), committing: [() => Promise.reject(new Error('not now'))] }
    const { begin, run, source } = trial.work({ moments: refusing })
    const transaction = begin()
    transaction.afterRollback(() => trial.events.push('after rollback'))
    await run(transaction, insert(1))
    await expect(transaction.commit()).rejects.toThrow('not now')
    await transaction.rollback()
    expect(trial.events).toEqual(['rolled back', 'after rollback'])
    expect(await trial.ids()).toEqual([])
    await isFree(source)
  })

  it('stays a commit where a listener fails after it', async () => {
    const failing = { ...trial.noting(), committed: [() => Promise.reject(new Error('too late'))] }
    const { begin, run } = trial.work({ moments: failing })
    const transaction = begin()
    transaction.afterCommit(() => trial.events.push('after commit'))
    transaction.afterRollback(() => trial.events.push('after rollback'))
    await run(transaction, insert(1))
    await expect(transaction.commit()).rejects.toThrow('too late')
    expect(trial.events).toEqual(['committing', 'after commit'])
    expect(await trial.ids()).toEqual([1])
  })

  it('stays a commit where its position cannot be read', async () => {
    const lsns: unknown[] = []
    const moments = {
      committed: [(_: unknown, lsn: unknown) => void lsns.push(lsn)],
      wantsCommitLsn: true,
    }
    const { begin, run } = trial.work({ moments })
    const transaction = begin()
    await run(transaction, insert(1))
    await transaction.commit()
    expect(lsns).toEqual([undefined])
    const url = trial.database.superuser.connectionString
    const privileged = trial.work({ moments, url })
    const other = privileged.begin()
    await privileged.run(other, insert(2))
    await other.commit()
    expect(lsns[1]).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
    expect(await trial.ids()).toEqual([1, 2])
  })

  it('is a rollback where a deferred constraint refuses', async () => {
    const { begin, run } = trial.work({ moments: trial.noting() })
    const transaction = begin()
    await run(transaction, 'insert into toy values (1, 99)')
    expect(await rejection(transaction.commit())).toMatchObject({ code: '23503' })
    expect(trial.events).toEqual(['committing', 'rolled back'])
  })

  it('is a rollback where the connection was lost before COMMIT was sent', async () => {
    const { begin, run, source } = trial.work({ moments: trial.noting() })
    const transaction = begin()
    const [{ pid } = {}] = await run(transaction, `${insert(1)} returning pg_backend_pid() as pid`)
    await trial.observer.query('select pg_terminate_backend($1)', [pid])
    await expect
      .poll(() => rejection(run(transaction, 'select 1')))
      .toMatchObject({
        code: 'PLT_DATABASE_UNAVAILABLE',
      })
    expect(await rejection(transaction.commit())).toMatchObject({
      code: 'PLT_DATABASE_UNAVAILABLE',
    })
    expect(trial.events).toEqual(['rolled back'])
    await isFree(source)
  })

  it.each(['killed', 'cut'])('is unknown where the backend is %s at COMMIT', async (how) => {
    let proxy: TcpProxy | undefined
    if (how === 'cut') {
      proxy = await startTcpProxy(trial.database.server, {
        onData: (direction, bytes) => {
          if (direction === 'toServer' && bytes.includes('commit\0')) proxy?.cut()
        },
      })
      onTestFinished(() => proxy?.close())
    }
    const url = proxy?.url(trial.database.connectionString)
    const { begin, run, source } = trial.work({ moments: trial.noting(), ...(url && { url }) })
    const transaction = begin()
    transaction.afterCommit(() => trial.events.push('after commit'))
    transaction.afterRollback(() => trial.events.push('after rollback'))
    const [{ pid } = {}] = await run(
      transaction,
      'insert into slow_to_commit values (1) returning pg_backend_pid() as pid',
    )
    const outcome = rejection(transaction.commit())
    if (how === 'killed') {
      await expect
        .poll(async () => {
          const { rows } = await trial.observer.query(
            `select wait_event from pg_stat_activity where pid = $1 and query = 'commit'`,
            [pid],
          )
          return rows[0]?.wait_event
        })
        .toBe('PgSleep')
      await trial.observer.query('select pg_terminate_backend($1)', [pid])
    }
    expect(await outcome).toMatchObject({ code: 'PLT_OUTCOME_UNKNOWN', cause: expect.any(Error) })
    expect(trial.events).toEqual(['committing', 'unknown'])
    await isFree(source)
  })

  it('of a statement outside a transaction is told as well', async () => {
    const { run } = trial.work({ moments: trial.noting() })
    await run(undefined, insert(1))
    await run(undefined, 'select 1')
    await rejection(run(undefined, insert(1)))
    await run(undefined, `${insert(2)} returning id`, { chunkSize: 1 })
    expect(trial.events).toEqual([
      'committing',
      'committed pet',
      'committing',
      'rolled back',
      'committing',
      'committed pet',
    ])
    trial.events = []
    const doomed = rejection(run(undefined, 'insert into slow_to_commit values (1)'))
    await expect
      .poll(async () => {
        const text = `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and query like 'insert into slow%' and wait_event = 'PgSleep'`
        return (await trial.observer.query(text)).rowCount
      })
      .toBe(1)
    expect(await doomed).toMatchObject({ code: '57P01' })
    expect(trial.events).toEqual(['committing', 'unknown'])
  })

  it('of a stream is told where its reader leaves early, and where it fails', async () => {
    const { way } = trial.work({ moments: trial.noting() })
    const send = async (text: string) => {
      const { portions = [] } = await way.send(PLAIN, CompiledQuery.raw(text), { chunkSize: 1 })
      for await (const _ of portions) break
    }
    await send(`insert into pet select generate_series(1, 3) returning id`)
    expect(trial.events).toEqual(['committing', 'committed pet'])
    expect(await trial.ids()).toEqual([1, 2, 3])
    await rejection(send(`${insert(1)} returning id`))
    expect(trial.events.slice(2)).toEqual(['committing', 'rolled back'])
  })
})
