import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Session } from '../session.js'
import type { Checks } from './checks.js'

const LONG = 'select pg_sleep(120)'
const statements = (text: string) => [{ statements: [{ text }] }]

/** A signal frees its caller at once, and hurts nobody else. */
export const signalChecks: Checks = {
  'refuses a caller whose signal is aborted already': async (trial) => {
    const reason = new Error('too late')
    const signal = AbortSignal.abort(reason)
    const waited = await trial.refusal(trial.acquire({ signal }), 'a session was lent')
    assert.equal(waited, reason)
    const session = await trial.acquire()
    const run = session.run(statements(`set application_name = 'never'`), { signal })
    assert.equal(await trial.refusal(run, 'a statement was run'), reason)
    assert.notEqual(await trial.setting(session, 'application_name'), 'never')
  },

  'frees a caller that waits for a session, and keeps its place for others': {
    acquireTimeoutMs: 60_000,
    run: async (trial) => {
      const lent = await trial.acquire()
      const controller = new AbortController()
      const waiting = trial.acquire({ signal: controller.signal })
      const reason = new Error('enough')
      const freed = trial.refusal(waiting, 'a session was lent')
      await delay(20)
      controller.abort(reason)
      assert.equal(await freed, reason)
      trial.release(lent)
      for (let turn = 0; turn < 3; turn++) await trial.borrow(async () => {})
    },
  },

  'frees a caller in the middle of a statement, and cancels that on the server': async (trial) => {
    const session = await trial.acquire()
    const pid = await trial.pidOf(session)
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = session.run(statements(LONG), { signal: controller.signal })
    const freed = trial.refusal(running, 'the statement ended by itself')
    await delay(50)
    controller.abort(reason)
    assert.equal(await freed, reason)
    trial.release(session)
    const text = `select from pg_stat_activity where pid = $1 and state = 'active'`
    await trial.eventually(
      async () => (await trial.seen(text, [pid])).length === 0,
      'the server still works at the statement',
    )
    await trial.borrow(async () => {})
  },

  'never lets a cancel hit the next borrower': async (trial) => {
    const next = async (session: Session) => {
      const rows = await trial.rows(session, 'select 1 as a from pg_sleep(0.03)')
      assert.deepEqual(rows, [{ a: 1 }])
    }
    for (let turn = 0; turn < 15; turn++) {
      const session = await trial.acquire()
      const seconds = (turn % 5) / 500
      const signal = AbortSignal.timeout(turn % 7)
      await session.run(statements(`select pg_sleep(${seconds})`), { signal }).catch(() => {})
      trial.release(session)
      await trial.borrow(next)
    }
  },

  'tells when a statement was written': async (trial) => {
    const session = await trial.acquire()
    let sent = 0
    const onSent = () => sent++
    await session.run(statements('select 1'), { onSent })
    assert.equal(sent, 1, 'it does not tell of a statement that was written')
    const signal = AbortSignal.abort()
    await session.run(statements('select 1'), { onSent, signal }).catch(() => {})
    assert.equal(sent, 1, 'it tells of a statement that was not written')
  },
}
