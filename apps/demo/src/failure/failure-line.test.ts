import { expect, test } from 'vitest'
import { DemoError } from './demo-error.js'
import { failureLine } from './failure-line.js'

test('what failed, its causes and the remedy stand in one line', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
    code: 'ECONNREFUSED',
  })
  const error = new DemoError('PostgreSQL did not start.', 'Free some memory.', refused)
  expect(failureLine(error)).toBe(
    'PostgreSQL did not start — cause: connect ECONNREFUSED 127.0.0.1:5432 — remedy: Free some memory.',
  )
})

test('the remedy of a cause is taken where the error itself has none', () => {
  const cause = Object.assign(new Error('The pool is exhausted.'), {
    code: 'PLT_POOL_TIMEOUT',
    remedy: 'Raise poolConfig.max.',
  })
  expect(failureLine(new Error('"place an order" failed', { cause }))).toBe(
    '"place an order" failed — cause: The pool is exhausted (PLT_POOL_TIMEOUT) — remedy: Raise poolConfig.max.',
  )
})

test('a cause that says the same again is left out', () => {
  const cause = Object.assign(new Error('new row violates a check'), { code: '23514' })
  const error = Object.assign(new Error('estoque.saldos: new row violates a check', { cause }), {
    code: 'PLT_CHECK_VIOLATION',
    remedy: 'Give values that meet the check.',
  })
  expect(failureLine(error)).toBe(
    'estoque.saldos: new row violates a check (PLT_CHECK_VIOLATION) — remedy: Give values that meet the check.',
  )
})

test('an error of many lines, a cause that repeats it and a circle stay one line', () => {
  const error = new Error('initdb failed:\nline 2\nno space left')
  error.cause = error
  expect(failureLine(error)).toBe(
    'initdb failed: no space left — remedy: Run it again; if it stays, please report it with this line.',
  )
  expect(failureLine('text')).toMatch(/^text — remedy: /)
})
