import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rejection } from '../session/connected.fixture.js'
import { insert, isFree, TransactionTrial, UNSENDABLE } from './transaction.fixture.js'

let trial: TransactionTrial

beforeAll(async () => {
  trial = await TransactionTrial.start()
})

beforeEach(() => trial.reset())
afterAll(() => trial[Symbol.asyncDispose]())

describe('a nested transaction', () => {
  it('undoes its own work, and its callbacks run once', async () => {
    const { begin, run } = trial.work()
    const outer = begin()
    outer.afterCommit(() => trial.events.push('outer committed'))
    await run(outer, insert(1))
    const kept = await outer.nested()
    kept.afterCommit(() => trial.events.push('kept committed'))
    kept.afterRollback(() => trial.events.push('kept rolled back'))
    await run(kept, insert(2))
    await kept.commit()
    const undone = await outer.nested()
    undone.afterCommit(() => trial.events.push('undone committed'))
    undone.afterRollback(() => trial.events.push('undone rolled back'))
    await run(undone, insert(3))
    await Promise.all([undone.rollback(), undone.rollback()])
    expect(trial.events).toEqual(['undone rolled back'])
    await outer.commit()
    expect(trial.events).toEqual(['undone rolled back', 'outer committed', 'kept committed'])
    expect(await trial.ids()).toEqual([1, 2])
  })

  it('whose error was swallowed is rolled back, and what is around it goes on', async () => {
    const { begin, run } = trial.work()
    const outer = begin()
    await run(outer, insert(1))
    const nested = await outer.nested()
    nested.afterRollback(() => trial.events.push('rolled back'))
    await run(nested, insert(2))
    await run(nested, 'select 1 / 0').catch(() => {})
    expect(await rejection(nested.commit())).toMatchObject({
      code: 'PLT_TRANSACTION_ABORTED',
      cause: { code: '25P02' },
    })
    expect(trial.events).toEqual(['rolled back'])
    await run(outer, insert(3))
    await outer.commit()
    expect(await trial.ids()).toEqual([1, 3])
  })

  it('that only reads leaves what is around it free to write, however it ends', async () => {
    const { begin, run } = trial.work()
    const outer = begin()
    await run(outer, insert(1))
    for (const [index, end] of (['commit', 'rollback'] as const).entries()) {
      const reading = await outer.nested({ readOnly: true })
      expect(await run(reading, 'select id from pet where id = 1')).toEqual([{ id: 1 }])
      await reading[end]()
      await run(outer, insert(10 + index))
    }
    const refused = await outer.nested({ readOnly: true })
    expect(await rejection(run(refused, insert(2)))).toMatchObject({ code: '25006' })
    await refused.rollback()
    await (await outer.nested({ readOnly: true })).commit()
    await run(outer, insert(3))
    await outer.commit()
    expect(await trial.ids()).toEqual([1, 3, 10, 11])
  })

  it('holds back statements around it, and another nested one, until it ends', async () => {
    const { begin, run } = trial.work()
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
    expect(await trial.ids()).toEqual([2, 10])
  })

  it('that was never sent leaves no trace, however it ends', async () => {
    const { begin, run } = trial.work()
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
    expect(await trial.ids()).toEqual([1])
  })

  it('that was left open goes with what is around it', async () => {
    const { begin, run } = trial.work()
    const outer = begin()
    const nested = await outer.nested()
    nested.afterRollback(() => trial.events.push('nested'))
    const inner = await nested.nested()
    inner.afterRollback(() => trial.events.push('inner'))
    await run(inner, insert(1))
    await outer.rollback()
    expect(trial.events.sort()).toEqual(['inner', 'nested'])
    await nested.rollback()
    expect(trial.events).toHaveLength(2)
    expect(await rejection(run(inner, 'select 1'))).toMatchObject({
      code: 'PLT_TRANSACTION_CLOSED',
    })
  })

  it('does not throw at its rollback where the connection is lost', async () => {
    const { begin, run, source } = trial.work()
    const outer = begin()
    const nested = await outer.nested()
    const [{ pid } = {}] = await run(nested, 'select pg_backend_pid() as pid')
    await trial.observer.query('select pg_terminate_backend($1)', [pid])
    await nested.rollback()
    await outer.rollback()
    await isFree(source)
  })
})
