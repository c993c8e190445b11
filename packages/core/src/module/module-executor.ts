import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Features } from '../plugin/feature.js'
import type { TableInfo } from '../table/table-info.js'

export interface ExecuteOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** The table the verb is about, for messages. */
  readonly table?: string
  readonly cache?: boolean
  /** Seconds. */
  readonly cacheTTL?: number
}

/** What the verbs of a module stand on: compile with `db`, run with `execute`. */
export interface ModuleExecutor {
  readonly module: string
  readonly schema: string
  // biome-ignore lint/suspicious/noExplicitAny: the verbs are typed at their own signatures
  readonly db: Kysely<any>
  readonly features: Features
  /** The tenant of the current context; `undefined` when acting as the system. */
  tenantId(): string | undefined
  /** @throws PlataformaError with the server's SQLSTATE as `sqlState`. */
  execute<R>(query: CompiledQuery<R>, options?: ExecuteOptions): Promise<QueryResult<R>>
  /** Rows one by one; the context is taken at this call. */
  stream<R>(
    query: CompiledQuery<R>,
    options?: ExecuteOptions & { readonly chunkSize?: number },
  ): AsyncIterableIterator<R>
  /**
   * What the catalog says, from memory where it is known and `refresh` is not asked for.
   * @throws PlataformaError `PLT_TABLE_NOT_FOUND`
   */
  table(name: string, options?: { readonly refresh?: boolean }): Promise<TableInfo>
  /** The table if it is in memory: builders that hand over to Kysely cannot wait. */
  knownTable(name: string): TableInfo | undefined
  /** Called where the server says that the catalog in memory is out of date. */
  forgetTables(): void
}
