import type { WorkloadFigures } from '../workload/measurements.js'
import type { LiveText } from './demo-console.js'
import { milliseconds, whole } from './figures.js'
import { progressBar } from './progress-bar.js'
import { sparkline } from './sparkline.js'
import type { Style } from './style.js'

const BARS = 40

/** Tells how the workload goes, from one look at its figures to the next. */
export class WorkloadProgress {
  readonly #style: Style
  readonly #seconds: number
  readonly #rates: number[] = []
  #before = { count: 0, seconds: 0 }

  constructor(style: Style, seconds: number) {
    this.#style = style
    this.#seconds = seconds
  }

  text({ seconds, tenants, refused, total }: WorkloadFigures): LiveText {
    const elapsed = seconds - this.#before.seconds
    if (elapsed > 0) this.#rates.push((total.count - this.#before.count) / elapsed)
    this.#before = { count: total.count, seconds }
    const { bold, dim, accent } = this.#style
    const rate = whole(total.count / Math.max(seconds, 0.001))
    const time = `${seconds.toFixed(0)} of ${this.#seconds} s`
    const latency = `p50 ${milliseconds(total.p50)}  p95 ${milliseconds(total.p95)}  p99 ${milliseconds(total.p99)} ms`
    const done = `${whole(total.count)} operations of ${tenants} tenants`
    return {
      lines: [
        `  ${accent('…')} ${bold('workload')}    ${progressBar(seconds / this.#seconds, this.#style)} ${time}`,
        `    ${dim('rate')}        ${bold(rate)} operations/s  ${accent(sparkline(this.#rates.slice(-BARS)))}`,
        `    ${dim('latency')}     ${latency}`,
        `    ${dim('done')}        ${done}, ${refused} refused for want of stock`,
      ],
      plain: `  … workload    ${time}: ${done}, ${rate}/s, ${latency}`,
    }
  }
}
