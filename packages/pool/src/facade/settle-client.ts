import { cancelStatement } from '@plataforma/core'
import type pg from 'pg'
import { isInTransaction, isLost, isReady } from './client-state.js'

/** A statement that was sent and not awaited may end by itself within so many milliseconds. */
const GRACE_MS = 100
/** What any server that answers at all takes for a cancel, a rollback or a clean-up. */
const LIMIT_MS = 2_000

/**
 * Brings a client to where the next borrower may have it: nothing in flight, no transaction open,
 * and clean where that is asked. Says whether it came there.
 *
 * @param clean takes away what the borrower left, once nothing is open any more
 */
export async function settleClient(
  client: pg.Client,
  clean: (() => Promise<unknown>) | undefined,
): Promise<boolean> {
  try {
    if (!(await readyWithin(client, GRACE_MS))) {
      if (isLost(client)) return false
      await cancelStatement(client, AbortSignal.timeout(LIMIT_MS))
      if (!(await readyWithin(client, LIMIT_MS))) return false
    }
    if (isInTransaction(client)) await within(client.query('ROLLBACK'))
    if (clean !== undefined) await within(clean())
    // Who hooks on may not await what it sends.
    return (await readyWithin(client, LIMIT_MS)) && !isLost(client) && !isInTransaction(client)
  } catch {
    return false
  }
}

async function readyWithin(client: pg.Client, milliseconds: number): Promise<boolean> {
  if (isReady(client)) return true
  return await new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer)
      client.removeListener('drain', over)
      client.removeListener('end', over)
      resolve(isReady(client))
    }
    const timer = setTimeout(over, milliseconds)
    client.on('drain', over)
    client.on('end', over)
  })
}

async function within(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('The server took too long.')), LIMIT_MS)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
