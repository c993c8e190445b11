import type { QueryResult } from 'kysely'
import type { WireResult } from '../session/session.js'

const COUNTING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** A wire result as Kysely's PostgreSQL dialect reports it. */
export function toQueryResult<R>(result: WireResult | undefined): QueryResult<R> {
  if (result === undefined) return { rows: [] }
  const { command } = result
  if (command === 'COMMIT' || command === 'ROLLBACK') return { rows: [{ command } as R] }
  const rows = result.rows as R[]
  if (!COUNTING.has(command)) return { rows }
  return { numAffectedRows: BigInt(result.rowCount), rows }
}
