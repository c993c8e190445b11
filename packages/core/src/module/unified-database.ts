import { assertGiven } from '../error/assert-given.js'
import { featureIsOn } from '../plugin/feature.js'
import type { UnknownTables } from '../query/row-types.js'
import type { TransactionOptions } from '../transaction/transaction-options.js'
import type { CacheQueryOptions, ModuleHost } from './module-host.js'
import { ModuleTransaction } from './module-transaction.js'
import { TableVerbs } from './table-verbs.js'

/** Reads, writes, transactions and cached queries of a module: `vendas.database`. */
export class UnifiedDatabase<Tables = UnknownTables> extends TableVerbs<Tables> {
  readonly #host: ModuleHost

  constructor(host: ModuleHost) {
    super(host.executor)
    this.#host = host
  }

  /**
   * Runs the callback in a transaction: committed when it resolves, rolled back when it rejects.
   * Calls of the module inside it join the transaction.
   * @throws what the callback throws
   *
   * @example
   * await vendas.transaction(async (tx) => {
   *   await tx.insert('pedidos', [{ cliente_id: id }])
   *   await tx.update('clientes', { ativo: true }, { where: { id } })
   * })
   */
  async transaction<T>(
    run: (tx: ModuleTransaction<Tables>) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    assertGiven.function('run', run)
    return await this.#host.transaction((open) => run(new ModuleTransaction<Tables>(open)), options)
  }

  /**
   * What `load` gives, from the cache while it is fresh. The key is kept apart by module, role and
   * tenant; tables read inside `load` invalidate it.
   * @throws PlataformaError `PLT_PLUGIN_REQUIRED` without the cache package
   */
  async cacheQuery<T>(
    key: string,
    load: () => Promise<T>,
    options: CacheQueryOptions = {},
  ): Promise<T> {
    assertGiven.text('key', key)
    assertGiven.function('load', load)
    assertGiven.object('options', options)
    const { executor, cache } = this.#host
    const asked = { option: 'cacheQuery', subject: `the key "${key}"` }
    const on = featureIsOn(executor.features, 'cache', asked)
    if (!on || cache === undefined) return await load()
    return await cache.cacheQuery(key, load, { ...options, module: executor.module })
  }
}
