import { describe, expect, test } from 'vitest'
import { scalarText } from './scalar-text.js'

const TYPES = ['bool', 'bytea', 'date', 'float8', 'int4', 'int8', 'numeric', 'timestamp', 'uuid']
const LONG = 400_000

describe.each(TYPES)('a long text that is no %s', (type) => {
  test.each([
    ['digits', `${'1'.repeat(LONG)}x`],
    ['digits behind a point', `1.${'1'.repeat(LONG)}x`],
    ['zeros', `${'0'.repeat(LONG)}x`],
    ['spaces', `${' '.repeat(LONG)}x`],
    ['a day and spaces', `2026-01-01${' '.repeat(LONG)}x`],
    ['a day, a clock and spaces', `2026-01-01 10:00${' '.repeat(LONG)}x`],
    ['a day and words', `2026-01-01 ${'x '.repeat(LONG)}`],
    ['parts of a second', `2026-01-01 10:00:00.${'1'.repeat(LONG)}x`],
    ['hexadecimal digits', `\\x${'ab'.repeat(LONG)}x`],
  ])('is refused in time that grows with its length: %s', (_, text) => {
    const before = performance.now()
    expect(scalarText(type)(text)).toBeUndefined()
    expect(performance.now() - before).toBeLessThan(1_000)
  })
})

test.each([
  ['numeric', ['1', '1.', '1.5', '.5', '-1e9', ' +2.5E-3 ', 'NaN', 'Infinity']],
  ['int8', ['0', '-9223372036854775808', ' 12 ', '+3', `${'0'.repeat(50)}7`]],
  ['date', ['2026-02-28', '0044-03-15 BC', ' 2026-01-01 ', 'infinity']],
  ['timestamptz', ['2026-01-01 10:00', '2026-01-01T10:00:00.123Z', '2026-01-01 10:00 +02:30 BC']],
])('takes what PostgreSQL takes for %s', (type, texts) => {
  for (const text of texts) expect(scalarText(type)(text), text).toBeDefined()
})

test.each([
  ['numeric', ['', '.', '1..2', '1e', '1 2']],
  ['int8', ['', '9223372036854775808', '1.0', '12345678901234567890']],
  ['date', ['', '2026-02-30', '2026-1-1', 'BC', '2026-01-01BC x']],
])('refuses what is no %s', (type, texts) => {
  for (const text of texts) expect(scalarText(type)(text), text).toBeUndefined()
})

test.each([
  ['int2', '32767', '32768'],
  ['int4', '2147483647', '2147483648'],
  ['int8', '9223372036854775807', '9223372036854775808'],
])('takes a text up to the largest %s', (type, largest, beyond) => {
  expect(scalarText(type)(largest)).toBe(largest)
  expect(scalarText(type)(`-${largest}`)).toBe(`-${largest}`)
  expect(scalarText(type)(beyond)).toBeUndefined()
  expect(scalarText(type)('007')).toBe('7')
})
