import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** Percentiles of durations, in milliseconds. */
export interface LatencySummary {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
}

const MICROSECONDS = 1000

/** Collects durations without keeping each of them. */
export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram()

  record(milliseconds: number): void {
    this.#histogram.record(Math.max(1, Math.round(milliseconds * MICROSECONDS)))
  }

  summary(): LatencySummary {
    const { count, max } = this.#histogram
    const percentile = (percent: number) =>
      count === 0 ? 0 : this.#histogram.percentile(percent) / MICROSECONDS
    return {
      count,
      p50: percentile(50),
      p95: percentile(95),
      p99: percentile(99),
      max: count === 0 ? 0 : max / MICROSECONDS,
    }
  }
}
