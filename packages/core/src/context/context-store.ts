import { AsyncLocalStorage } from 'node:async_hooks'
import { type Acting, NOBODY } from './acting.js'

interface Frame<Transaction> {
  readonly acting: Acting
  readonly transaction: Transaction | undefined
}

/** Carries the context and the open transaction along the asynchronous calls of one system. */
export class ContextStore<Transaction = unknown> {
  readonly #storage = new AsyncLocalStorage<Frame<Transaction>>()

  get acting(): Acting {
    return this.#storage.getStore()?.acting ?? NOBODY
  }

  get transaction(): Transaction | undefined {
    return this.#storage.getStore()?.transaction
  }

  runAs<T>(acting: Acting, fn: () => T): T {
    return this.#storage.run({ acting, transaction: this.transaction }, fn)
  }

  runIn<T>(transaction: Transaction, fn: () => T): T {
    return this.#storage.run({ acting: this.acting, transaction }, fn)
  }
}
