import { sendCancelRequest } from '../wire/cancel-request.js'
import { asPgClient } from '../wire/pg-internals.js'

/**
 * Asks the server that a client of `pg` talks to, at the same address, to cancel its statement.
 * Resolves when the request cannot hit a later statement any more.
 *
 * @param signal ends the wait for a server that does not answer
 */
export function cancelStatement(client: object, signal: AbortSignal): Promise<void> {
  return sendCancelRequest(asPgClient(client), { isWanted: () => true, signal })
}
