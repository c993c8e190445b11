import { compareNames, migrationNumber } from '../migration/migration-name.js'

/** Digits of a point in time, `YYYYMMDDHHMMSS`. */
const TIME_DIGITS = 14

/**
 * The number behind all of a module's, as wide as they are: the next one, or the time (UTC) where
 * the module counts by time.
 */
export function nextNumber(names: readonly string[], now: Date): string {
  const last = names.toSorted(compareNames).at(-1)
  if (last === undefined) return '001'
  const width = last.indexOf('_')
  const next = String(BigInt(migrationNumber(last)) + 1n)
  const time = now.toISOString().replace(/\D/g, '').slice(0, TIME_DIGITS)
  const isByTime = width === TIME_DIGITS && BigInt(time) > BigInt(next)
  return isByTime ? time : next.padStart(width, '0')
}
