import {
  type AbortableOperationOptions,
  type CompiledQuery,
  DefaultConnectionProvider,
  DefaultQueryExecutor,
  type Dialect,
  type QueryResult,
} from 'kysely'
import { withCallersStack } from './callers-stack.js'
import type { HandleParts } from './plain-handle.js'
import type { PlataformaDriver } from './plataforma-driver.js'
import { toQueryResult } from './query-result.js'

/**
 * Sends a query without transaction, plugins or signal straight on its way: Kysely's own path
 * makes a connection for each, through a dozen promises. Everything else goes as Kysely does it.
 */
export class HandleExecutor extends DefaultQueryExecutor {
  readonly #parts: HandleParts
  readonly #driver: PlataformaDriver

  constructor(parts: HandleParts, dialect: Dialect, driver: PlataformaDriver) {
    super(
      dialect.createQueryCompiler(),
      dialect.createAdapter(),
      new DefaultConnectionProvider(driver),
    )
    this.#parts = parts
    this.#driver = driver
  }

  override executeQuery<R>(
    query: CompiledQuery,
    options?: AbortableOperationOptions,
  ): Promise<QueryResult<R>> {
    if (options?.signal !== undefined) return super.executeQuery<R>(query, options)
    return this.#send(query)
  }

  async #send<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { way, scopes, store } = this.#parts
    try {
      this.#driver.assertOpen()
      const carrier = store?.transaction
      const options = carrier === undefined ? undefined : { carrier }
      return toQueryResult<R>(await way().send(scopes.current(), query, options))
    } catch (error) {
      throw withCallersStack(error)
    }
  }
}
