import type {
  AbortableOperationOptions,
  CompiledQuery,
  DatabaseConnection,
  QueryResult,
} from 'kysely'
import type { PgConnection } from '../session/pg-connection.js'
import { readPortal } from '../session/read-portal.js'
import { mayBeScript, scriptResult } from '../wire/script-text.js'
import { toQueryResult } from './query-result.js'

/** What a connection hook of Kysely's configuration gets: the physical connection itself. */
export class HookConnection implements DatabaseConnection {
  readonly #connection: PgConnection

  constructor(connection: PgConnection) {
    this.#connection = connection
  }

  async executeQuery<R>(
    { sql, parameters }: CompiledQuery,
    options?: AbortableOperationOptions,
  ): Promise<QueryResult<R>> {
    if (parameters.length === 0 && mayBeScript(sql)) {
      return toQueryResult(scriptResult(await this.#connection.script(sql, options)))
    }
    const statements = [{ text: sql, values: parameters }]
    const [[result] = []] = await this.#connection.send([{ statements }], options)
    return toQueryResult(result)
  }

  async *streamQuery<R>(
    { sql, parameters }: CompiledQuery,
    chunkSize: number,
    options?: AbortableOperationOptions,
  ): AsyncIterableIterator<QueryResult<R>> {
    const request = { head: [], statement: { text: sql, values: parameters }, chunkSize }
    for await (const rows of readPortal(this.#connection, { ...request, ...options })) {
      yield { rows: rows as R[] }
    }
  }
}
