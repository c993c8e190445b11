import { sql } from 'kysely'
import type { Db } from './parity.fixture.js'

export type Case = (db: Db) => unknown
export type Cases = Readonly<Record<string, Case>>

/** The rows of a stream, or the first so many of them. */
export async function collect<T>(
  rows: AsyncIterable<T>,
  limit = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const seen: T[] = []
  for await (const row of rows) {
    seen.push(row)
    if (seen.length >= limit) break
  }
  return seen
}

export const raw = (text: string) => (db: Db) => sql.raw(text).execute(db)

export const people = (db: Db) => db.selectFrom('person').select('id').orderBy('id').execute()
