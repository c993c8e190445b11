const MINUTE_MS = 60_000
const SECOND_MS = 1_000

/** Such as `0.4 ms`, `12 ms`, `1.2 s` or `3 min 5 s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(1)} ms`
  if (milliseconds < SECOND_MS) return `${Math.round(milliseconds)} ms`
  if (milliseconds < MINUTE_MS) return `${(milliseconds / SECOND_MS).toFixed(1)} s`
  const seconds = Math.round(milliseconds / SECOND_MS)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
