import assert from 'node:assert/strict'
import type { Checks } from './checks.js'

/** What a loan is: one borrower at a time, a clean session, for no longer than until its release. */
export const loanChecks: Checks = {
  'answers statements, segments and scripts': async (trial) => {
    const session = await trial.acquire()
    const results = await session.run([
      { statements: [{ text: 'select $1::int as a', values: [1] }, { text: 'select 2 as b' }] },
      { statements: [{ text: 'select 3 as c where false' }] },
    ])
    assert.deepEqual(results, [
      [
        { command: 'SELECT', rowCount: 1, rows: [{ a: 1 }] },
        { command: 'SELECT', rowCount: 1, rows: [{ b: 2 }] },
      ],
      [{ command: 'SELECT', rowCount: 0, rows: [] }],
    ])
    const scripted = await session.script('select 1 as a; select 2 as b')
    assert.deepEqual(
      scripted.map((result) => result.rows),
      [[{ a: 1 }], [{ b: 2 }]],
    )
  },

  'lends a session again after an error of SQL': async (trial) => {
    const first = await trial.borrow(async (session) => {
      await trial.refusal(trial.rows(session, 'select 1 / 0'), 'a division by zero succeeds')
    })
    assert.equal(await trial.borrow(async () => {}), first, 'the connection was thrown away')
  },

  'never lends an open transaction': async (trial) => {
    for (const left of ['begin', 'begin; select 1 / 0']) {
      await trial.borrow(async (session) => {
        await session.script(left).catch(() => {})
      })
      await trial.borrow(async (session) => {
        assert.equal(session.transactionStatus, 'idle', 'the next borrower is in a transaction')
        const error = await trial.refusal(
          trial.rows(session, 'savepoint nobodys'),
          'the next borrower is in the transaction of the last one',
        )
        assert.equal(error.code, '25P01')
      })
    }
  },

  'waits for what is in flight at the release': async (trial) => {
    const session = await trial.acquire()
    const inFlight = session.run([
      { statements: [{ text: 'begin' }, { text: 'select pg_sleep(0.1)' }] },
    ])
    trial.release(session)
    await inFlight.catch(() => {})
    await trial.borrow(async (next) => {
      assert.equal(next.transactionStatus, 'idle', 'the next borrower is in a transaction')
      await trial.refusal(trial.rows(next, 'savepoint nobodys'), 'it is in a transaction')
    })
  },

  'takes a session back once, however often it is released': {
    max: 2,
    run: async (trial) => {
      const first = await trial.acquire()
      await trial.pidOf(first)
      trial.release(first)
      first.release()
      const [one, other] = [await trial.acquire(), await trial.acquire()]
      first.release()
      const pids = [await trial.pidOf(one), await trial.pidOf(other)]
      assert.notEqual(pids[0], pids[1], 'two borrowers have one connection')
    },
  },

  'refuses work on a session that was given back': async (trial) => {
    const old = await trial.acquire()
    trial.release(old)
    const next = await trial.acquire()
    const error = await trial.refusal(
      trial.rows(old, `set application_name = 'of another borrower'`),
      'a session that was given back still runs statements',
    )
    assert.equal(error.code, 'PLT_CLOSED')
    const sleeping = trial.rows(next, 'select 1 as a from pg_sleep(0.1)')
    await old.cancel().catch(() => {})
    await old.kill().catch(() => {})
    assert.deepEqual(await sleeping, [{ a: 1 }], 'it cancels what the next borrower does')
  },

  'refuses a caller at its deadline with PLT_POOL_TIMEOUT': {
    acquireTimeoutMs: 1_000,
    run: async (trial) => {
      const lent = await trial.acquire()
      const error = await trial.refusal(trial.acquire(), 'there were more sessions than allowed')
      assert.equal(error.code, 'PLT_POOL_TIMEOUT')
      trial.release(lent)
      await trial.borrow(async () => {})
    },
  },
}
