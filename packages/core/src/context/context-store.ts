import { AsyncLocalStorage } from 'node:async_hooks'
import type { TransactionScope } from '../transaction/transaction-scope.js'
import type { TenantContext } from './tenant-context.js'

/** What is signed of a call that acts for the system, for audit; it opens nothing. */
export interface SystemContext extends Readonly<Record<string, unknown>> {
  readonly reason: string
  readonly userId?: string
  readonly requestId?: string
}

export interface SystemActing {
  readonly kind: 'system'
  readonly reason: string
  readonly context: SystemContext
}

/** For whom a call acts. */
export type Acting =
  | { readonly kind: 'tenant'; readonly context: TenantContext }
  | SystemActing
  | { readonly kind: 'none' }

export const NOBODY: Acting = { kind: 'none' }

interface Frame {
  readonly acting: Acting
  readonly transaction: TransactionScope | undefined
}

const OUTSIDE: Frame = { acting: NOBODY, transaction: undefined }

/** Carries the context and the open transaction along the asynchronous calls of one system. */
export class ContextStore {
  readonly #storage = new AsyncLocalStorage<Frame>()

  get acting(): Acting {
    return (this.#storage.getStore() ?? OUTSIDE).acting
  }

  get transaction(): TransactionScope | undefined {
    return this.#storage.getStore()?.transaction
  }

  runAs<T>(acting: Acting, fn: () => T): T {
    return this.#storage.run({ acting, transaction: this.transaction }, fn)
  }

  runIn<T>(transaction: TransactionScope, fn: () => T): T {
    return this.#storage.run({ acting: this.acting, transaction }, fn)
  }

  /** Runs `fn` under what a snapshot of `acting` and no transaction says. */
  runOutsideTransaction<T>(fn: () => T): T {
    return this.#storage.run({ acting: this.acting, transaction: undefined }, fn)
  }
}

/** Whether two calls act for the same: the same tenant, or both for the system or nobody. */
export function actsForSame(one: Acting, other: Acting): boolean {
  if (one.kind !== other.kind) return false
  if (one.kind !== 'tenant' || other.kind !== 'tenant') return true
  return one.context.tenantId === other.context.tenantId
}
