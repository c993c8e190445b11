import type pg from 'pg'

/** What `pg` knows of a client and does not tell; absent in clients of another make. */
interface ClientState {
  readonly readyForQuery?: boolean
  readonly _queryable?: boolean
  readonly _activeQuery?: unknown
  readonly _queryQueue?: readonly unknown[]
  readonly _sentQueryQueue?: readonly unknown[]
  getTransactionStatus?(): string | null
  ref?(): void
  unref?(): void
  readonly connection?: {
    readonly stream?: { readonly bytesWritten?: number }
    parsedStatements?: Record<string, string>
    submittedNamedStatements?: Record<string, string>
  }
}

const stateOf = (client: pg.Client) => client as unknown as ClientState

/** Whether the server owes it nothing and nothing waits to be sent. */
export function isReady(client: pg.Client): boolean {
  const { readyForQuery, _queryQueue, _sentQueryQueue } = stateOf(client)
  return readyForQuery !== false && !_queryQueue?.length && !_sentQueryQueue?.length
}

/** Whether its connection is lost. */
export function isLost(client: pg.Client): boolean {
  return stateOf(client)._queryable === false
}

/** Whether a statement of it has neither succeeded nor failed yet. */
export function isAtWork(client: pg.Client): boolean {
  const { _activeQuery, _queryQueue, _sentQueryQueue } = stateOf(client)
  return Boolean(_activeQuery || _queryQueue?.length || _sentQueryQueue?.length)
}

export function isInTransaction(client: pg.Client): boolean {
  const status = stateOf(client).getTransactionStatus?.()
  return status === 'T' || status === 'E'
}

/** Grows with everything that is sent; `undefined` where nobody knows. */
export function bytesSent(client: pg.Client): number | undefined {
  return stateOf(client).connection?.stream?.bytesWritten
}

/** After `DISCARD ALL`: what `pg` believes to be prepared is not. */
export function forgetStatements(client: pg.Client): void {
  const { connection } = stateOf(client)
  if (connection === undefined) return
  connection.parsedStatements = {}
  connection.submittedNamedStatements = {}
}

/** Whether its socket keeps the process alive. */
export function keepAlive(client: pg.Client, isKept: boolean): void {
  if (isKept) stateOf(client).ref?.()
  else stateOf(client).unref?.()
}
