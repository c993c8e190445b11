import { isServerError } from '../error/server-error.js'
import type { Session } from '../session/session.js'
import { listensToWrites, type Moments } from '../statement/moments.js'
import type { Statement, StatementResult } from '../statement/statement.js'
import { WriteCollector, type Writes } from '../statement/written-tables.js'

type Rows = Record<string, unknown>[]

/** Tells of what statements outside a transaction block write: each is a transaction of its own. */
export class WriteMoments {
  readonly moments: Moments
  /** Whether somebody listens. */
  readonly listens: boolean

  constructor(moments: Moments) {
    this.moments = moments
    this.listens = listensToWrites(moments)
  }

  async run(
    session: Session,
    statement: Statement,
    send: () => Promise<StatementResult>,
  ): Promise<StatementResult> {
    const writes = await writesOf(statement, session)
    if (writes === undefined) return await send()
    for (const listener of this.moments.committing) await listener(writes)
    let result: StatementResult
    try {
      result = await send()
    } catch (error) {
      await this.#reportFailure(writes, { error, session })
      throw error
    }
    for (const listener of this.moments.committed) await listener(writes, undefined)
    return result
  }

  async *stream(
    session: Session,
    statement: Statement,
    portions: AsyncIterable<Rows>,
  ): AsyncGenerator<Rows> {
    const writes = await writesOf(statement, session)
    if (writes === undefined) yield* portions
    else yield* this.#told(writes, { portions, session })
  }

  async *#told(
    writes: Writes,
    { portions, session }: { portions: AsyncIterable<Rows>; session: Session },
  ): AsyncGenerator<Rows> {
    for (const listener of this.moments.committing) await listener(writes)
    let failure: { readonly error: unknown; readonly session: Session } | undefined
    try {
      yield* portions
    } catch (error) {
      failure = { error, session }
      throw error
    } finally {
      // A reader that leaves early commits as well.
      if (failure !== undefined) await this.#reportFailure(writes, failure)
      else for (const listener of this.moments.committed) await listener(writes, undefined)
    }
  }

  async #reportFailure(
    writes: Writes,
    { error, session }: { error: unknown; session: Session },
  ): Promise<void> {
    // A server that ends the session while it answers may have committed first.
    if (isServerError(error) && !session.broken) {
      for (const listener of this.moments.rolledBack) await listener()
    } else {
      for (const listener of this.moments.outcomeUnknown) await listener(writes)
    }
  }
}

async function writesOf(statement: Statement, session: Session): Promise<Writes | undefined> {
  if (session.transactionStatus !== 'idle') return undefined
  const collector = new WriteCollector()
  await collector.note(statement)
  return collector.empty ? undefined : collector.writes
}
