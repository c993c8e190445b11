import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { ContextStore } from '../context/context-store.js'
import { toQueryResult } from '../dialect/query-result.js'
import { toPlataformaError } from '../error/from-database-error.js'
import { PlataformaError } from '../error/plataforma-error.js'
import type { ScopeProvider } from '../scope/scope.js'
import type { SendOptions, StatementWay } from '../scope/statement-way.js'
import type { CatalogReader, TableCatalog } from '../table/table-catalog.js'
import type { TableInfo } from '../table/table-info.js'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import type { Features } from './feature.js'
import type { ExecuteOptions, ModuleExecutor } from './module-executor.js'

export interface ScopedExecutorParts {
  readonly module: string
  readonly schema: string
  // biome-ignore lint/suspicious/noExplicitAny: any tables: the verbs are typed at their signatures
  readonly db: Kysely<any>
  readonly way: () => StatementWay
  readonly scopes: ScopeProvider
  readonly store: ContextStore
  readonly catalog: TableCatalog
  readonly readCatalog: CatalogReader
  readonly features: Features
}

interface Limit {
  readonly signal: AbortSignal | undefined
  readonly timeout: AbortSignal | undefined
}

/** Runs a module's verbs the way of every statement, in the open transaction where there is one. */
export class ScopedExecutor implements ModuleExecutor {
  readonly #parts: ScopedExecutorParts
  readonly #transaction: TransactionScope | undefined
  readonly #signal: AbortSignal | undefined

  constructor(
    parts: ScopedExecutorParts,
    within?: { readonly transaction: TransactionScope; readonly signal: AbortSignal | undefined },
  ) {
    this.#parts = parts
    this.#transaction = within?.transaction
    this.#signal = within?.signal
  }

  get module(): string {
    return this.#parts.module
  }

  get schema(): string {
    return this.#parts.schema
  }

  // biome-ignore lint/suspicious/noExplicitAny: see ScopedExecutorParts
  get db(): Kysely<any> {
    return this.#parts.db
  }

  tenantId(): string | undefined {
    const { acting } = this.#parts.scopes.current()
    return acting.kind === 'tenant' ? acting.context.tenantId : undefined
  }

  async execute<R>(query: CompiledQuery<R>, options: ExecuteOptions = {}): Promise<QueryResult<R>> {
    const scope = this.#parts.scopes.current()
    const limit = this.#limit(options)
    try {
      const result = await this.#parts
        .way()
        .send(scope, query, this.#sendOptions(options, limit.signal))
      return toQueryResult<R>(result)
    } catch (error) {
      throw this.#explain(error, options, limit)
    }
  }

  stream<R>(
    query: CompiledQuery<R>,
    options: ExecuteOptions & { readonly chunkSize?: number } = {},
  ): AsyncIterableIterator<R> {
    // Read here and not in the generator, whose body first runs at the reader's first `next`.
    const scope = this.#parts.scopes.current()
    const limit = this.#limit(options)
    const sendOptions = {
      ...this.#sendOptions(options, limit.signal),
      chunkSize: options.chunkSize ?? 100,
    }
    const way = this.#parts.way()
    const explain = (error: unknown) => this.#explain(error, options, limit)
    async function* rows(): AsyncGenerator<R> {
      try {
        const { portions = [] } = await way.send(scope, query, sendOptions)
        for await (const portion of portions) yield* portion as R[]
      } catch (error) {
        throw explain(error)
      }
    }
    return rows()
  }

  get features(): Features {
    return this.#parts.features
  }

  table(name: string, options?: { readonly refresh?: boolean }): Promise<TableInfo> {
    const { catalog, readCatalog, schema } = this.#parts
    return catalog.table({ schema, name }, readCatalog, options)
  }

  knownTable(name: string): TableInfo | undefined {
    return this.#parts.catalog.known({ schema: this.schema, name })
  }

  forgetTables(): void {
    this.#parts.catalog.forget(this.schema)
  }

  #sendOptions(options: ExecuteOptions, signal: AbortSignal | undefined) {
    const carrier = this.#carrier()
    return {
      ...(carrier && { carrier }),
      ...(signal && { signal }),
      ...((options.cache !== undefined || options.cacheTTL !== undefined) && {
        locals: { cache: options.cache, cacheTTL: options.cacheTTL },
      }),
    } satisfies SendOptions & { carrier?: TransactionScope }
  }

  /** The innermost savepoint of the caller's, where that lies inside this handle's transaction. */
  #carrier(): TransactionScope | undefined {
    const current = this.#parts.store.transaction
    if (this.#transaction === undefined) return current
    return current?.isWithin(this.#transaction) ? current : this.#transaction
  }

  #limit(options: ExecuteOptions): Limit {
    const { timeoutMs } = options
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
    const signals = [options.signal, this.#signal, timeout].filter((each) => each !== undefined)
    return { signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0], timeout }
  }

  #explain(error: unknown, options: ExecuteOptions, { timeout }: Limit): unknown {
    const { module } = this.#parts
    if (timeout?.aborted && error === timeout.reason) {
      return new PlataformaError('PLT_TIMEOUT', 'The call took longer than its time limit.', {
        module,
        ...(options.table === undefined ? {} : { table: options.table }),
        cause: error,
        remedy: 'Raise `timeoutMs`, or make the statement faster.',
      })
    }
    return toPlataformaError(error, {
      module,
      ...(options.table === undefined ? {} : { table: options.table }),
    })
  }
}
