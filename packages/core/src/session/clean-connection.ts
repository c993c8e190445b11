import type { PgConnection } from './pg-connection.js'
import { RESET_SETTINGS } from './reset-settings.js'
import type { Residue, Segment, WireStatement } from './session.js'
import { ROLLBACK_AND_UNLOCK } from './tail.js'

/** Longer than cleaning takes on any server that answers. */
const CLEANING_LIMIT_MS = 5_000

/**
 * Waits for what is still in flight, ends an open transaction and takes away what a borrower left.
 * Says whether the connection may be lent out again.
 */
export async function cleanConnection(
  connection: PgConnection,
  residue: Residue,
): Promise<boolean> {
  await connection.settled()
  if (connection.broken) return false
  const segments: Segment[] = []
  const { isPooled } = connection.prepared
  if (connection.transactionStatus !== 'idle') {
    const rollback: WireStatement = { text: 'ROLLBACK', prepare: 'never' }
    segments.push({ statements: isPooled ? ROLLBACK_AND_UNLOCK : [rollback] })
  }
  // Behind a pooler these would meet another session.
  if (residue === 'settings' && !isPooled) segments.push({ statements: RESET_SETTINGS })
  if (residue === 'anything' && !isPooled) {
    segments.push({ statements: [{ text: 'DISCARD ALL', prepare: 'never' }] })
  }
  if (segments.length === 0) return true
  const giveUp = setTimeout(() => connection.destroy(), CLEANING_LIMIT_MS)
  try {
    await connection.send(segments)
    return !connection.broken && connection.transactionStatus === 'idle'
  } catch {
    return false
  } finally {
    clearTimeout(giveUp)
  }
}
