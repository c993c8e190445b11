import type { TransactionOptions } from './transaction-options.js'

/** Whatever runs callbacks in transactions: a module, its `database`, the whole system. */
export interface Transactional<Tx> {
  transaction<T>(fn: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>
}

/**
 * Transactions with the same options each time.
 *
 * @example
 * const transactions = new TransactionWrapper(vendas, { isolationLevel: 'serializable', retries: 3 })
 * await transactions.run((tx) => tx.insert('pedidos', [pedido]))
 */
export class TransactionWrapper<Tx> {
  readonly #target: Transactional<Tx>
  readonly #defaults: TransactionOptions

  constructor(target: Transactional<Tx>, defaults: TransactionOptions = {}) {
    this.#target = target
    this.#defaults = defaults
  }

  /**
   * Commits when `fn` resolves and rolls back when it rejects; calls of the system inside it join.
   * @throws PlataformaError `PLT_TRANSACTION_ABORTED`, `PLT_OUTCOME_UNKNOWN`; errors of `fn`
   * unchanged
   */
  run<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#target.transaction(fn, { ...this.#defaults, ...options })
  }
}
