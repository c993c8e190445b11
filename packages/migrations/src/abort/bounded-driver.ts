import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryExecutor,
  type TransactionSettings,
} from 'kysely'
import { type AbortDeadline, untilAborted } from './abort-deadline.js'
import { BoundedConnection } from './bounded-connection.js'

export interface BoundedDriverParts {
  /** Of the handle whose connections these are. */
  readonly pool: QueryExecutor
  readonly deadline: AbortDeadline
  readonly isCancelled: boolean
}

interface Loan {
  readonly giveBack: () => void
  /** Settles when the other handle has its connection again. */
  readonly over: Promise<void>
}

/** Lends the connections of another handle for the time of one call. */
export class BoundedDriver implements Driver {
  readonly #parts: BoundedDriverParts
  readonly #loans = new WeakMap<DatabaseConnection, Loan>()

  constructor(parts: BoundedDriverParts) {
    this.#parts = parts
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const { pool, deadline } = this.#parts
    const lent = Promise.withResolvers<DatabaseConnection>()
    const returned = Promise.withResolvers<void>()
    const over = pool.provideConnection(async (connection) => {
      lent.resolve(connection)
      await returned.promise
    })
    over.catch(lent.reject)
    try {
      // Nothing was asked of a server yet: an abort ends the wait at once.
      const wait = () =>
        deadline.signal.aborted ? lent.promise : untilAborted(deadline.signal, lent.promise)
      const connection = new BoundedConnection({
        ...this.#parts,
        connection: await deadline.within(wait),
      })
      this.#loans.set(connection, { giveBack: returned.resolve, over })
      return connection
    } catch (error) {
      // One that comes late goes back at once.
      returned.resolve()
      throw error
    }
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const loan = this.#loans.get(connection)
    if (loan === undefined || !(connection instanceof BoundedConnection)) return
    void connection.settle().finally(loan.giveBack)
    // One that was given up goes back when it can, and nobody waits for that.
    await this.#parts.deadline.within(() => loan.over).catch(() => {})
  }

  async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const isolation = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`
    await run(connection, `begin${isolation} ${accessMode ?? ''}`)
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return run(connection, 'commit')
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return run(connection, 'rollback')
  }

  /** The connections are the other handle's. */
  async destroy(): Promise<void> {}
}

async function run(connection: DatabaseConnection, text: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(text))
}
