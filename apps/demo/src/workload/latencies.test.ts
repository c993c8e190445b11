import { expect, test } from 'vitest'
import { Latencies } from './latencies.js'

test('percentiles are those of the durations recorded, in milliseconds', () => {
  const latencies = new Latencies()
  for (let ms = 1; ms <= 100; ms++) latencies.record(ms)
  const { count, p50, p95, p99, max } = latencies.summary()
  expect(count).toBe(100)
  expect(p50).toBeCloseTo(50, 0)
  expect(p95).toBeCloseTo(95, 0)
  expect(p99).toBeCloseTo(99, 0)
  expect(max).toBeCloseTo(100, 0)
})

test('what was never measured is zero', () => {
  expect(new Latencies().summary()).toEqual({ count: 0, p50: 0, p95: 0, p99: 0, max: 0 })
})
