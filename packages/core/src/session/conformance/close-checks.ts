import assert from 'node:assert/strict'
import type { Checks } from './checks.js'

/** `close` ends everything, frees everybody, and does not wait for ever. */
export const closeChecks: Checks = {
  'leaves no connection behind after close': {
    max: 2,
    run: async (trial) => {
      const sessions = [await trial.acquire(), await trial.acquire()]
      const pids = await Promise.all(sessions.map((session) => trial.pidOf(session)))
      for (const session of sessions) trial.release(session)
      await trial.soon(trial.source.close(), 'close does not settle')
      for (const pid of pids) {
        const isGone = async () => !(await trial.isAlive(pid))
        await trial.eventually(isGone, `backend ${pid} is still there after close`)
      }
    },
  },

  'closes although a session is never given back': async (trial) => {
    const forgotten = await trial.acquire()
    const pid = await trial.pidOf(forgotten)
    await trial.soon(trial.source.close(), 'close waits for a borrower that never comes back')
    const isGone = async () => !(await trial.isAlive(pid))
    await trial.eventually(isGone, 'the connection of that borrower outlives close')
  },

  'lets a borrower finish before it closes': {
    closeTimeoutMs: 5_000,
    run: async (trial) => {
      const session = await trial.acquire()
      const working = trial.rows(session, 'select 1 as a from pg_sleep(0.1)')
      const closing = trial.source.close()
      assert.deepEqual(await working, [{ a: 1 }])
      trial.release(session)
      await trial.soon(closing, 'close does not settle')
    },
  },

  'frees callers that wait at close, and refuses new ones, with PLT_CLOSED': {
    acquireTimeoutMs: 60_000,
    run: async (trial) => {
      const lent = await trial.acquire()
      const waiting = trial.refusal(trial.acquire(), 'a session was lent after close')
      const closing = trial.source.close()
      assert.equal((await waiting).code, 'PLT_CLOSED')
      const late = await trial.refusal(trial.acquire(), 'a session was lent after close')
      assert.equal(late.code, 'PLT_CLOSED')
      trial.release(lent)
      await trial.soon(closing, 'close does not settle')
    },
  },

  'may be closed twice': async (trial) => {
    await trial.borrow(async () => {})
    const both = Promise.all([trial.source.close(), trial.source.close()])
    await trial.soon(both, 'close does not settle')
    await trial.soon(trial.source.close(), 'close does not settle')
  },
}
