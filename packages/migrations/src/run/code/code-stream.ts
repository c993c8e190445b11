import { CompiledQuery, type QueryResult } from 'kysely'
import type { CodeSession, Lease } from './code-session.js'

let count = 0

/**
 * The rows of a query in portions: of a SELECT by a cursor of the server's, so that other queries
 * may run meanwhile, of all others at once.
 */
export async function* streamRows<R>(
  session: CodeSession,
  lease: Lease,
  { query, chunkSize }: { readonly query: CompiledQuery; readonly chunkSize: number },
): AsyncGenerator<QueryResult<R>> {
  if (query.query.kind !== 'SelectQueryNode' || session.isOutside) {
    const { rows } = await session.send<R>(lease, query)
    for (let at = 0; at < rows.length; at += chunkSize) {
      yield { rows: rows.slice(at, at + chunkSize) }
    }
    return
  }
  const cursor = `plataforma_rows_${++count}`
  const declare = `DECLARE ${cursor} NO SCROLL CURSOR FOR ${query.sql}`
  await session.send(lease, CompiledQuery.raw(declare, [...query.parameters]))
  const fetch = CompiledQuery.raw(`FETCH FORWARD ${chunkSize} FROM ${cursor}`)
  let isUsable = true
  try {
    for (;;) {
      isUsable = false
      const { rows } = await session.send<R>(lease, fetch)
      isUsable = true
      if (rows.length > 0) yield { rows }
      if (rows.length < chunkSize) return
    }
  } finally {
    if (isUsable) await session.send(lease, CompiledQuery.raw(`CLOSE ${cursor}`))
  }
}
