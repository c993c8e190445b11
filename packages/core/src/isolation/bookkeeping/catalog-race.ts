import { setTimeout as sleep } from 'node:timers/promises'

/** What PostgreSQL answers when two sessions make, or change, the same thing at once. */
const RACES = new Set([
  '23505', // unique_violation in a catalog
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '42710', // duplicate_object
  '42P06', // duplicate_schema
  '42P07', // duplicate_table
])
const CONCURRENT_TUPLE = /^tuple concurrently (updated|deleted)$|^cache lookup failed/
const ATTEMPTS = 12

/**
 * Runs idempotent set-up work again, after 5 to 100 ms of jitter, when another process or another
 * database of the cluster was doing the same.
 */
export async function retryCatalogRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === ATTEMPTS || !isCatalogRace(error)) throw error
      await sleep(5 + Math.random() * Math.min(95, 10 * attempt))
    }
  }
}

function isCatalogRace(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false
  return RACES.has(error.code) || (error.code === 'XX000' && CONCURRENT_TUPLE.test(error.message))
}
