import type { Spread } from '../measure/spread.js'

/** What a figure should be. */
export type Aim = { readonly atMost: number } | { readonly atLeast: number }

/** One measured figure. */
export interface Figure {
  readonly what: string
  readonly against: string
  readonly spread: Spread
  /** `×` of a ratio, `s`, `ms` and `µs` of a time, `of 6` of a number of processes. */
  readonly unit: '×' | ' s' | ' ms' | ' µs' | ' of 6'
  readonly aim?: Aim
  /** Absolute values beside, for orientation. */
  readonly note?: string
}

export function isReached({ spread, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined
  return 'atMost' in aim ? spread.median <= aim.atMost : spread.median >= aim.atLeast
}
