const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 }

/** PostgreSQL's own limit. */
const LONGEST_MS = 2_147_483_647

/** Milliseconds of a timeout as metadata has it: `5000`, `"500ms"`, `"5s"`, `"2min"`, `"1h"`. */
export function timeoutMs(value: unknown): number | undefined {
  const text = typeof value === 'number' ? `${value}ms` : value
  const [, digits, unit = ''] = (typeof text === 'string' && /^(\d+) ?([a-z]+)$/.exec(text)) || []
  const ms = Number(digits) * (UNITS[unit] ?? Number.NaN)
  return ms <= LONGEST_MS ? ms : undefined
}
