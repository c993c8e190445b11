import {
  type AbortableOperationOptions,
  AbortedTransactionError,
  type DatabaseConnection,
  type Driver,
  type TransactionSettings,
} from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { beginHolding } from '../session/held-session.js'
import { ControlCommand } from './control-command.js'
import { LazyConnection } from './lazy-connection.js'
import type { HandleParts } from './plain-handle.js'

/** Hands out lazy connections; a session is taken at the first statement. */
export class PlataformaDriver implements Driver {
  readonly #parts: HandleParts
  #destroyed = false

  constructor(parts: HandleParts) {
    this.#parts = parts
  }

  async init(options?: AbortableOperationOptions): Promise<void> {
    await this.#parts.open?.(options)
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    this.assertOpen()
    return new LazyConnection(this.#parts)
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    ;(connection as LazyConnection).release()
  }

  // Control commands go through `executeQuery`, because that is what Kysely's own log listens to.
  async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    // Kysely awaits nothing between this call and the callback's: it reaches the callback, and
    // nobody else but who holds the connection (`db.connection()`) as well.
    beginHolding(connection as LazyConnection)
    await connection.executeQuery(new ControlCommand({ kind: 'begin', settings }))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const { rows } = await connection.executeQuery<{ command: string }>(
      new ControlCommand({ kind: 'commit' }),
    )
    if (rows[0]?.command === 'ROLLBACK') throw new AbortedTransactionError()
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(new ControlCommand({ kind: 'rollback' }))
  }

  async savepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(new ControlCommand({ kind: 'savepoint', name }))
  }

  async rollbackToSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(new ControlCommand({ kind: 'rollback to', name }))
  }

  async releaseSavepoint(connection: DatabaseConnection, name: string): Promise<void> {
    await connection.executeQuery(new ControlCommand({ kind: 'release', name }))
  }

  /** @throws PlataformaError `PLT_CLOSED` */
  assertOpen(): void {
    if (this.#destroyed) throw new PlataformaError('PLT_CLOSED', 'The handle was destroyed.')
  }

  async destroy(): Promise<void> {
    this.#destroyed = true
    await this.#parts.close?.()
  }
}
