import type { PgConnection } from './pg-connection.js'
import { RESET_SETTINGS } from './reset-settings.js'
import type { Residue, Segment } from './session.js'

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
  if (connection.transactionStatus !== 'idle') {
    segments.push({ statements: [{ text: 'ROLLBACK', prepare: 'never' }] })
  }
  if (residue === 'settings') segments.push({ statements: RESET_SETTINGS })
  if (residue === 'anything') {
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
