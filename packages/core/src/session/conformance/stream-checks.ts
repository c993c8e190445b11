import assert from 'node:assert/strict'
import type { Checks } from './checks.js'

const numbers = { text: 'select n from generate_series(1, 5) n' }

/** A stream reads in portions and leaves nothing behind. */
export const streamChecks: Checks = {
  'streams in portions, under what its head sets': async (trial) => {
    const session = await trial.acquire()
    const head = [{ text: `select set_config('plataforma.conformance', 'head', true)` }]
    const text = `select n, current_setting('plataforma.conformance') as s from generate_series(1, 5) n`
    const sizes: number[] = []
    for await (const rows of session.stream(head, { text }, { chunkSize: 2 })) {
      sizes.push(rows.length)
      assert.ok(
        rows.every((row) => row.s === 'head'),
        'the head does not hold',
      )
    }
    assert.deepEqual(sizes, [2, 2, 1])
    assert.equal(await trial.setting(session, 'plataforma.conformance'), '')
  },

  'ends a stream that its reader leaves, and one that fails': async (trial) => {
    const session = await trial.acquire()
    for await (const _ of session.stream([], numbers, { chunkSize: 1 })) break
    const failing = session.stream(
      [],
      { text: 'select 1 / (3 - n) from generate_series(1, 5) n' },
      { chunkSize: 1 },
    )
    await trial.refusal(
      (async () => {
        for await (const _ of failing);
      })(),
      'a stream with an error ends without it',
    )
    assert.equal(session.transactionStatus, 'idle')
    assert.deepEqual(await trial.rows(session, 'select 1 as a'), [{ a: 1 }])
  },

  'frees the reader of a stream whose signal aborts': async (trial) => {
    const session = await trial.acquire()
    const controller = new AbortController()
    const text = 'select pg_sleep(case n when 1 then 0 else 120 end) from generate_series(1, 5) n'
    const options = { chunkSize: 1, signal: controller.signal }
    const stream = session.stream([], { text }, options)
    await stream.next()
    const freed = trial.refusal(stream.next(), 'the stream went on')
    const reason = new Error('enough')
    controller.abort(reason)
    assert.equal(await freed, reason)
    trial.release(session)
    await trial.borrow(async () => {})
  },
}
