import { PlataformaError } from '@plataforma/core'
import type {
  CompiledQuery,
  DatabaseConnection,
  Driver,
  QueryResult,
  TransactionSettings,
} from 'kysely'
import { type CodeSession, type Lease, quoteName } from './code-session.js'
import { streamRows } from './code-stream.js'
import { withCaller } from './with-caller.js'

/** Lends the one session that there is to whoever asks, with savepoints as transactions. */
export class CodeDriver implements Driver {
  readonly #session: CodeSession

  constructor(session: CodeSession) {
    this.#session = session
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return new CodeConnection(this.#session)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#session.giveBack(leaseOf(connection))
  }

  async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const asked = isolationLevel ?? accessMode
    if (asked !== undefined) {
      throw new PlataformaError(
        'PLT_OPTION_INVALID',
        `A transaction of a migration is a savepoint, which cannot be ${asked}.`,
        { remedy: 'Leave the setting out.' },
      )
    }
    await this.#session.begin(leaseOf(connection))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#session.commit(leaseOf(connection))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#session.rollback(leaseOf(connection))
  }

  async savepoint(_connection: DatabaseConnection, name: string): Promise<void> {
    await this.#session.command(`SAVEPOINT ${quoteName(name)}`)
  }

  async rollbackToSavepoint(_connection: DatabaseConnection, name: string): Promise<void> {
    await this.#session.rollbackTo(name)
  }

  async releaseSavepoint(_connection: DatabaseConnection, name: string): Promise<void> {
    await this.#session.command(`RELEASE SAVEPOINT ${quoteName(name)}`)
  }

  /** The session is the engine's. */
  async destroy(): Promise<void> {}
}

class CodeConnection implements DatabaseConnection {
  readonly lease: Lease
  readonly #session: CodeSession

  constructor(session: CodeSession) {
    this.#session = session
    this.lease = session.lease()
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return withCaller(() => this.#session.send<R>(this.lease, query))
  }

  streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    return streamRows<R>(this.#session, this.lease, { query, chunkSize })
  }
}

function leaseOf(connection: DatabaseConnection): Lease {
  if (connection instanceof CodeConnection) return connection.lease
  throw new PlataformaError('PLT_INTERNAL', 'This is no connection of a migration.')
}
