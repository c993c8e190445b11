const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/** A row of bars, the highest value the highest bar. */
export function sparkline(values: readonly number[]): string {
  const highest = Math.max(...values, 1)
  return values
    .map((value) => LEVELS[Math.round((value / highest) * (LEVELS.length - 1))] ?? LEVELS[0])
    .join('')
}
