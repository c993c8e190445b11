import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import type { PgConnection } from '../session/pg-connection.js'
import { PgSession } from '../session/pg-session.js'
import { toQueryResult } from './query-result.js'

/** What a connection hook of Kysely's configuration gets: the physical connection itself. */
export class HookConnection implements DatabaseConnection {
  readonly #session: PgSession

  constructor(connection: PgConnection) {
    this.#session = new PgSession(connection, () => {})
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement = { text: query.sql, values: query.parameters }
    const [[result] = []] = await this.#session.run([{ statements: [statement] }])
    return toQueryResult(result)
  }

  async *streamQuery<R>(
    query: CompiledQuery,
    chunkSize: number,
  ): AsyncIterableIterator<QueryResult<R>> {
    const statement = { text: query.sql, values: query.parameters }
    for await (const rows of this.#session.stream([], statement, { chunkSize })) {
      yield { rows: rows as R[] }
    }
  }
}
