import { bytesSent, isReady } from './client-state.js'
import type { Loan } from './loan.js'

/**
 * Since when nothing was sent on it, as far as looking now and then can tell; `undefined` for one
 * at work.
 */
export function loanStillness(loan: Loan, now: number): number | undefined {
  const { client } = loan
  const sent = bytesSent(client)
  if (isReady(client) && sent === loan.sentSoFar) return loan.stillSince
  loan.sentSoFar = sent
  loan.stillSince = now
  return undefined
}
