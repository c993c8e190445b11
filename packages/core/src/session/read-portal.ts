import type { BatchStatement } from '../wire/batch.js'
import type { PgConnection } from './pg-connection.js'
import type { Residue, StreamOptions, WireStatement } from './session.js'
import { ROLLBACK_AND_UNLOCK, tailOf } from './tail.js'

export interface PortalRequest extends StreamOptions {
  readonly head: readonly WireStatement[]
  readonly statement: WireStatement
  /** What the statement may leave on the session; nothing unless given. */
  readonly residue?: Residue
}

const BEGIN: WireStatement = { text: 'begin', prepare: 'never' }
const COMMIT: WireStatement = { text: 'commit', prepare: 'never' }
const ROLLBACK: WireStatement = { text: 'rollback', prepare: 'never' }

/**
 * Reads a statement's rows in portions. A portal lives as long as its transaction: where none is
 * open, one is begun in the same write and ended with the reading.
 */
export async function* readPortal(
  connection: PgConnection,
  { head, statement, chunkSize, signal, residue = 'none' }: PortalRequest,
): AsyncGenerator<Record<string, unknown>[]> {
  const isAlone = connection.transactionStatus === 'idle'
  const portal = connection.portal(chunkSize)
  const portion: BatchStatement = { ...statement, portal }
  let statements: readonly BatchStatement[] = [...(isAlone ? [BEGIN] : []), ...head, portion]
  // Behind a pooler the session is another one's as soon as the transaction has ended.
  const isLast = connection.prepared.isPooled && residue !== 'none'
  let end: readonly WireStatement[] = isLast ? [...tailOf(residue), COMMIT] : [COMMIT]
  let isFailed = false
  try {
    while (!portal.exhausted) {
      signal?.throwIfAborted()
      const [results] = await connection.send([{ statements }], { signal })
      const rows = results?.at(-1)?.rows ?? []
      if (rows.length > 0) yield rows
      statements = [portion]
    }
  } catch (error) {
    end = isLast ? ROLLBACK_AND_UNLOCK : [ROLLBACK]
    isFailed = true
    throw error
  } finally {
    if (isAlone) {
      const ended = connection.send([{ statements: end }])
      // Who aborts does not wait for what is cleaned up behind it.
      if (signal?.aborted) ended.catch(() => {})
      else if (isFailed) await ended.catch(() => {})
      else await ended
    } else {
      connection.prepared.closePortal(portal.name)
    }
  }
}
