import assert from 'node:assert/strict'
import type { Checks } from './checks.js'
import type { Trial } from './trial.js'
import { uncaughtDuring } from './uncaught.js'

/** A backend that ends takes neither the process with it nor the next borrower. */
export const faultChecks: Checks = {
  'does not crash when a backend is killed': {
    max: 2,
    run: async (trial) => {
      const uncaught = await uncaughtDuring(() => killEverywhere(trial))
      assert.deepEqual(uncaught, [], 'a killed backend throws where nobody can catch it')
    },
  },

  'does not lend a backend that was killed while idle': async (trial) => {
    for (let turn = 0; turn < 3; turn++) {
      const pid = await trial.borrow(async () => {})
      await trial.kill(pid)
      await trial.borrow(async () => {})
    }
  },

  'does not lend a backend again that was killed under its borrower': async (trial) => {
    for (const inFlight of [false, true]) {
      const session = await trial.acquire()
      const pid = await trial.pidOf(session)
      const running = inFlight ? trial.rows(session, 'select pg_sleep(120)') : undefined
      running?.catch(() => {})
      await trial.kill(pid)
      assert.ok(session.broken, 'the session does not tell that it is broken')
      await trial.refusal(trial.rows(session, 'select 1'), 'a dead backend answers')
      trial.release(session)
      await trial.borrow(async () => {})
    }
  },

  'drops a session that its borrower kills': async (trial) => {
    const session = await trial.acquire()
    const pid = await trial.pidOf(session)
    const running = trial.rows(session, 'select pg_sleep(120)')
    running.catch(() => {})
    await trial.soon(session.kill(), 'kill does not settle')
    await trial.refusal(running, 'a killed statement succeeds')
    trial.release(session)
    await trial.eventually(async () => !(await trial.isAlive(pid)), 'its backend lives on')
    await trial.borrow(async () => {})
  },
}

/** What becomes of the sessions is for other checks to see. */
async function killEverywhere(trial: Trial): Promise<void> {
  const idle = await trial.borrow(async () => {})
  await trial.kill(idle)
  for (const inFlight of [false, true]) {
    const session = await trial.acquire()
    const pid = await trial.pidOf(session).catch(() => 0)
    if (inFlight) trial.rows(session, 'select pg_sleep(120)').catch(() => {})
    await trial.kill(pid)
    await trial.rows(session, 'select 1').catch(() => {})
    trial.release(session)
  }
}
