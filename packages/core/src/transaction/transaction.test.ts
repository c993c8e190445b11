import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rejection } from '../session/connected.fixture.js'
import {
  APPLICATION,
  insert,
  isFree,
  PLAIN,
  TransactionTrial,
  UNSENDABLE,
} from './transaction.fixture.js'

let trial: TransactionTrial

beforeAll(async () => {
  trial = await TransactionTrial.start()
})

beforeEach(() => trial.reset())
afterAll(() => trial[Symbol.asyncDispose]())

describe('a transaction', () => {
  it('takes BEGIN along with its first statement, and no session before', async () => {
    const { begin, run, source } = trial.work()
    const transaction = begin()
    expect(source.stats().active).toBe(0)
    await run(transaction, insert(1))
    await run(transaction, insert(2))
    expect(await trial.ids()).toEqual([])
    await transaction.commit()
    expect(await trial.ids()).toEqual([1, 2])
    await isFree(source)
  })

  it('that sends nothing takes no session', async () => {
    const { begin, source } = trial.work()
    await begin().commit()
    await begin().rollback()
    expect(source.stats()).toEqual({ active: 0, idle: 0, waiting: 0 })
  })

  it('begins with the next statement where the first could not be sent', async () => {
    const { begin, run } = trial.work()
    const transaction = begin()
    await expect(run(transaction, 'select $1::json', UNSENDABLE)).rejects.toThrow(TypeError)
    await run(transaction, insert(1))
    await transaction.rollback()
    expect(await trial.ids()).toEqual([])
  })

  it('begins with the next statement where the first was aborted before', async () => {
    const { begin, run } = trial.work()
    const transaction = begin()
    await run(transaction, 'select 1')
    await transaction.rollback()
    const other = begin()
    const aborted = run(other, insert(1), { signal: AbortSignal.abort(new Error('no')) })
    await expect(aborted).rejects.toThrow('no')
    await run(other, insert(2))
    await other.rollback()
    expect(await trial.ids()).toEqual([])
  })

  it('holds for statements side by side, also where the first cannot be sent', async () => {
    const { begin, run } = trial.work()
    const transaction = begin()
    await Promise.allSettled([
      run(transaction, 'select $1::json', UNSENDABLE),
      run(transaction, insert(1)),
      run(transaction, insert(2)),
    ])
    await transaction.rollback()
    expect(await trial.ids()).toEqual([])
  })

  it('fails as a whole where a statement fails', async () => {
    const { begin, run, source } = trial.work({ moments: trial.noting() })
    const transaction = begin()
    await run(transaction, insert(1))
    expect(await rejection(run(transaction, insert(1)))).toMatchObject({ code: '23505' })
    expect(await rejection(run(transaction, 'select 1'))).toMatchObject({ code: '25P02' })
    expect(await rejection(transaction.commit())).toMatchObject({ code: 'PLT_TRANSACTION_ABORTED' })
    expect(trial.events).toEqual(['rolled back'])
    await isFree(source)
  })

  it('refuses what comes after its end, streams included', async () => {
    const { begin, run, way } = trial.work()
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
    const { begin, run, way } = trial.work()
    const transaction = begin()
    const query = CompiledQuery.raw('select generate_series(1, 3) as n')
    const { portions = [] } = await way.send(PLAIN, query, { carrier: transaction, chunkSize: 1 })
    for await (const [row] of portions) await run(transaction, insert(Number(row?.n)))
    await transaction.commit()
    expect(await trial.ids()).toEqual([1, 2, 3])
  })

  it('goes on after a statement that was aborted is rolled back', async () => {
    const { begin, run, source } = trial.work()
    const transaction = begin()
    await run(transaction, insert(1))
    const signal = AbortSignal.timeout(20)
    expect(await rejection(run(transaction, 'select pg_sleep(60)', { signal }))).toBe(signal.reason)
    await transaction.rollback()
    expect(await trial.ids()).toEqual([])
    await isFree(source)
  })
})

describe('the head of a transaction', () => {
  const role = 'select current_user::text as role'
  const named = (name: string) => [{ role: `${trial.database.name}_${name}` }]

  it('is that of each statement’s scope', async () => {
    const { begin, run } = trial.work()
    const transaction = begin(APPLICATION)
    for (const name of ['one', 'one', 'other', 'one']) {
      expect(await run(transaction, role, { scope: trial.under(name) })).toEqual(named(name))
    }
    await transaction.commit()
  })

  it('is set anew where the statement that should have brought it was not sent', async () => {
    const { begin, run } = trial.work()
    const transaction = begin(APPLICATION)
    await run(transaction, role, { scope: trial.under('one') })
    const unsent = run(transaction, 'select $1::json', {
      ...UNSENDABLE,
      scope: trial.under('other'),
    })
    await expect(unsent).rejects.toThrow(TypeError)
    expect(await run(transaction, role, { scope: trial.under('other') })).toEqual(named('other'))
    await transaction.commit()
  })

  it('is right for statements side by side, also where one is aborted while it waits', async () => {
    const { begin, run } = trial.work()
    const transaction = begin(APPLICATION)
    await run(transaction, role, { scope: trial.under('one') })
    const controller = new AbortController()
    const answers = [
      run(transaction, `${role} from pg_sleep(0.05)`, { scope: trial.under('one') }),
      run(transaction, role, { scope: trial.under('other'), signal: controller.signal }),
      run(transaction, role, { scope: trial.under('other') }),
      run(transaction, role, { scope: trial.under('one') }),
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
    const { begin, run } = trial.work()
    const transaction = begin(APPLICATION)
    await run(transaction, role, { scope: trial.under('one') })
    const nested = await transaction.nested()
    await run(nested, role, { scope: trial.under('other') })
    await nested.rollback()
    expect(await run(transaction, role, { scope: trial.under('other') })).toEqual(named('other'))
    await transaction.commit()
  })
})
