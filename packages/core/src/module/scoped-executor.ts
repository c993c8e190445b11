import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { ContextStore } from '../context/context-store.js'
import { toQueryResult } from '../dialect/query-result.js'
import { toPlataformaError } from '../error/from-database-error.js'
import { moduleNotFound } from '../error/module-not-found.js'
import { PlataformaError } from '../error/plataforma-error.js'
import type { Features } from '../plugin/feature.js'
import type { SendOptions } from '../scope/routed-statement.js'
import type { Scope, ScopeProvider } from '../scope/scope.js'
import type { StatementWay } from '../scope/statement-way.js'
import { type CatalogReader, schemaExists } from '../table/read-tables.js'
import type { TableCatalog } from '../table/table-catalog.js'
import type { TableInfo } from '../table/table-info.js'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import { CallLimit } from './call-limit.js'
import type { ExecuteOptions, ModuleExecutor } from './module-executor.js'

export interface ScopedExecutorParts {
  readonly module: string
  readonly schema: string
  // biome-ignore lint/suspicious/noExplicitAny: any tables: the verbs are typed at their signatures
  readonly db: Kysely<any>
  readonly way: () => StatementWay
  readonly scopes: ScopeProvider
  readonly store: ContextStore<TransactionScope>
  readonly catalog: TableCatalog
  readonly readCatalog: CatalogReader
  readonly features: Features
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
      throw this.#explain(error, { options, limit, query, scope })
    } finally {
      limit.over()
    }
  }

  stream<R>(
    query: CompiledQuery<R>,
    options: ExecuteOptions & { readonly chunkSize?: number } = {},
  ): AsyncIterableIterator<R> {
    // Read here and not in the generator, whose body first runs at the reader's first `next`.
    const scope = this.#parts.scopes.current()
    const sendOptions = {
      ...this.#sendOptions(options, undefined),
      chunkSize: options.chunkSize ?? 100,
    }
    return this.#rows(query, { scope, options, sendOptions })
  }

  async *#rows<R>(
    query: CompiledQuery<R>,
    { scope, options, sendOptions }: Streaming,
  ): AsyncGenerator<R> {
    const limit = this.#limit(options)
    const { signal } = limit
    try {
      const limited = signal === undefined ? sendOptions : { ...sendOptions, signal }
      const { portions = [] } = await this.#parts.way().send(scope, query, limited)
      for await (const portion of portions) yield* portion as R[]
    } catch (error) {
      throw this.#explain(error, { options, limit, query, scope })
    } finally {
      limit.over()
    }
  }

  get features(): Features {
    return this.#parts.features
  }

  async table(name: string, options?: { readonly refresh?: boolean }): Promise<TableInfo> {
    const { catalog, readCatalog, module, schema } = this.#parts
    try {
      return await catalog.table({ schema, name }, readCatalog, options)
    } catch (error) {
      const isGone = !(await schemaExists(schema, readCatalog).catch(() => true))
      throw isGone ? moduleNotFound(module, error) : error
    }
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
      ...(options.table !== undefined && { table: options.table }),
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

  #limit({ signal, timeoutMs }: ExecuteOptions): CallLimit {
    return new CallLimit(timeoutMs, signal, this.#signal)
  }

  #explain(error: unknown, { options, limit, query, scope }: Sent): unknown {
    const origin = {
      module: this.#parts.module,
      ...(options.table === undefined ? {} : { table: options.table }),
    }
    if (limit.isTimeout(error)) {
      return new PlataformaError('PLT_TIMEOUT', 'The call took longer than its time limit.', {
        ...origin,
        cause: error,
        remedy: 'Raise `timeoutMs`, or make the statement faster.',
      })
    }
    if (lacksRole(error, scope)) return moduleNotFound(this.#parts.module, error)
    if (blamesTenant(error, query, scope)) {
      return new PlataformaError(
        'PLT_TENANT_ID_INVALID',
        'The tenant of the context does not fit the type of the tenant column.',
        { ...origin, cause: error, remedy: 'Give `withContext` the id as the column has it.' },
      )
    }
    return toPlataformaError(error, origin)
  }
}

interface Streaming {
  readonly scope: Scope
  readonly options: ExecuteOptions
  readonly sendOptions: SendOptions & { readonly carrier?: TransactionScope }
}

interface Sent {
  readonly options: ExecuteOptions
  readonly limit: CallLimit
  readonly query: CompiledQuery
  readonly scope: Scope
}

/** The head could not take the module's role: it went with the module (22023 names it). */
function lacksRole(error: unknown, { head }: Scope): boolean {
  if (!(error instanceof Error) || !('code' in error) || error.code !== '22023') return false
  return head !== undefined && error.message.includes(`"${head.role}"`)
}

/** The policy casts the tenant's id; where no parameter has that text, it is what did not fit. */
function blamesTenant(error: unknown, { parameters }: CompiledQuery, { acting }: Scope): boolean {
  if (acting.kind !== 'tenant' || !(error instanceof Error) || !('code' in error)) return false
  if (error.code !== '22P02' && error.code !== '22003') return false
  const { tenantId } = acting.context
  return error.message.includes(`"${tenantId}"`) && !parameters.includes(tenantId)
}
