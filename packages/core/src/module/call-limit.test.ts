import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { CallLimit } from './call-limit.js'

const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length

test('a call without limits has no signal, and with one the very same', () => {
  expect(new CallLimit(undefined, undefined).signal).toBeUndefined()
  const { signal } = new AbortController()
  expect(new CallLimit(undefined, undefined, signal).signal).toBe(signal)
})

test('any signal ends the call for its own reason', () => {
  const [one, other] = [new AbortController(), new AbortController()]
  const limit = new CallLimit(60_000, one.signal, other.signal)
  other.abort('stop')
  one.abort('too late')
  expect(limit.signal?.reason).toBe('stop')
  expect(limit.isTimeout('stop')).toBe(false)
  expect(new CallLimit(60_000, other.signal).signal?.reason).toBe('stop')
  limit.over()
})

test('the time limit ends the call', async () => {
  const limit = new CallLimit(1, new AbortController().signal)
  await expect.poll(() => limit.signal?.aborted).toBe(true)
  expect(limit.isTimeout(limit.signal?.reason)).toBe(true)
  expect(limit.isTimeout(new Error('of the server'))).toBe(false)
})

test('a call that is over leaves nothing on signals that outlive it', () => {
  const shared = new AbortController()
  const limits = Array.from({ length: 50 }, () => new CallLimit(60_000, shared.signal))
  expect(listeners(shared)).toBe(50)
  for (const limit of limits) limit.over()
  expect(listeners(shared)).toBe(0)
  shared.abort()
  expect(limits.some(({ signal }) => signal?.aborted)).toBe(false)
})
