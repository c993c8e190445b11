import type { TableHost } from '../table/table-host.js'
import type { TransactionOptions } from '../transaction/transaction-options.js'
import type { ModuleExecutor } from './module-executor.js'

/** An open transaction, as its callback sees it. */
export interface OpenTransaction {
  readonly executor: ModuleExecutor
  /** Runs once after COMMIT. */
  afterCommit(callback: () => unknown): void
  /** Runs once after ROLLBACK. */
  afterRollback(callback: () => unknown): void
}

/** How long a cached result lives and what invalidates it. */
export interface CacheQueryOptions {
  /** Seconds. */
  readonly ttl?: number
  readonly tags?: readonly string[]
}

/** The part of the cache that modules offer as `cacheQuery`. */
export interface QueryCache {
  cacheQuery<T>(
    key: string,
    load: () => Promise<T>,
    options: CacheQueryOptions & { readonly module: string },
  ): Promise<T>
}

/** What a module stands on. */
export interface ModuleHost {
  readonly executor: ModuleExecutor
  readonly tables: TableHost
  /** `undefined` where `cacheQuery` runs its callback every time. */
  readonly cache: QueryCache | undefined
  transaction<T>(
    run: (transaction: OpenTransaction) => Promise<T>,
    options?: TransactionOptions,
  ): Promise<T>
}
