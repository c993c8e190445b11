import { expect, it } from 'vitest'
import { LatencyHistogram } from './latency-histogram.js'

const PARTS = [0.5, 0.95, 0.99]

it('percentiles of durations of every size are at most 5 % off', () => {
  for (const unitMs of [0.01, 1, 250, 60_000]) {
    const histogram = new LatencyHistogram()
    for (let step = 1; step <= 1_000; step += 1) histogram.record(step * unitMs, 0)
    const percentiles = histogram.percentiles(PARTS, 0)
    for (const [index, part] of PARTS.entries()) {
      const truth = part * 1_000 * unitMs
      expect(Math.abs((percentiles[index] ?? 0) / truth - 1)).toBeLessThanOrEqual(0.05)
    }
  }
})

it('what is older than two minutes does not count, what is younger than one does', () => {
  const histogram = new LatencyHistogram()
  histogram.record(1_000, 0)
  histogram.record(10, 61_000)
  expect(histogram.percentiles([0.99], 119_000)[0]).toBeGreaterThan(900)
  expect(histogram.percentiles([0.99], 122_000)[0]).toBeLessThan(11)
  expect(histogram.percentiles([0.99], 400_000)).toEqual([0])
})

it('there is room for durations that are nothing, or absurd', () => {
  const histogram = new LatencyHistogram()
  for (const duration of [0, -1, 1e12]) histogram.record(duration, 0)
  expect(histogram.percentiles([0.5, 1], 0)).toEqual([
    expect.closeTo(0.001, 3),
    expect.closeTo(2 ** 36 / 1_000, -7),
  ])
})
