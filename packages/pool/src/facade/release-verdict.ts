import type pg from 'pg'
import { isAtWork, isInTransaction, isReady } from './client-state.js'

/**
 * `keep` it as it is, `settle` it first, `end` it in good order, or `destroy` it whatever it
 * is at.
 */
export type Verdict = 'keep' | 'settle' | 'end' | 'destroy'

export interface Release {
  readonly client: pg.Client
  readonly broken: boolean
  /** What `release` was called with. */
  readonly error: unknown
  readonly compat: 'pg-pool' | undefined
  /** Whether it has served as often as it may. */
  readonly isExpended: boolean
  /** Whether everything that its borrower may have left is to be taken away. */
  readonly isSoiled: boolean
}

const SQLSTATE = /^[0-9A-Z]{5}$/
/** Connection exceptions, and the server's words before it ends a connection. */
const CONNECTION_OVER = /^(?:08...|57P0[1-5])$/

/** What becomes of a client that is given back. */
export function verdictOn(release: Release): Verdict {
  const { client, broken, error, compat, isExpended, isSoiled } = release
  if (broken) return 'destroy'
  const isUnwanted = isExpended || (error && (compat === 'pg-pool' || !isSqlError(error)))
  if (isUnwanted) return isAtWork(client) ? 'destroy' : 'end'
  return isReady(client) && !isInTransaction(client) && !isSoiled ? 'keep' : 'settle'
}

/** Whether the server answered with it and listens on. */
function isSqlError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, severity } = error as { readonly code?: unknown; readonly severity?: unknown }
  if (typeof code !== 'string' || severity === undefined || !SQLSTATE.test(code)) return false
  return severity !== 'FATAL' && severity !== 'PANIC' && !CONNECTION_OVER.test(code)
}
