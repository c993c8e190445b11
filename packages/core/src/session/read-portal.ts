import type { BatchStatement } from '../wire/batch.js'
import type { PgConnection } from './pg-connection.js'
import type { StreamOptions, WireStatement } from './session.js'

export interface PortalRequest extends StreamOptions {
  readonly head: readonly WireStatement[]
  readonly statement: WireStatement
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
  { head, statement, chunkSize, signal }: PortalRequest,
): AsyncGenerator<Record<string, unknown>[]> {
  const isAlone = connection.transactionStatus === 'idle'
  const portal = connection.portal(chunkSize)
  const portion: BatchStatement = { ...statement, portal }
  let statements: readonly BatchStatement[] = [...(isAlone ? [BEGIN] : []), ...head, portion]
  let end = COMMIT
  try {
    while (!portal.exhausted) {
      signal?.throwIfAborted()
      const [results] = await connection.send([{ statements }], { signal })
      const rows = results?.at(-1)?.rows ?? []
      if (rows.length > 0) yield rows
      statements = [portion]
    }
  } catch (error) {
    end = ROLLBACK
    throw error
  } finally {
    if (isAlone) {
      const ended = connection.send([{ statements: [end] }])
      // Who aborts does not wait for what is cleaned up behind it.
      if (signal?.aborted) ended.catch(() => {})
      else if (end === ROLLBACK) await ended.catch(() => {})
      else await ended
    } else {
      connection.prepared.closePortal(portal.name)
    }
  }
}
