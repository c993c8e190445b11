import { setTimeout as delay } from 'node:timers/promises'
import { actsForSame } from '../context/acting.js'
import type { ContextStore } from '../context/context-store.js'
import { assertGiven } from '../error/assert-given.js'
import { toPlataformaError } from '../error/from-database-error.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { isStalePlan } from '../error/stale-plan.js'
import type { Scope } from '../scope/scope.js'
import type { StatementWay } from '../scope/statement-way.js'
import { runHolding } from '../session/held-session.js'
import { checkTransactionOptions, type TransactionOptions } from './transaction-options.js'
import { TransactionScope } from './transaction-scope.js'
import { TransactionSession, type TransactionSettings } from './transaction-session.js'

export interface TransactionRunnerParts<Tx> {
  readonly store: ContextStore<TransactionScope>
  readonly way: () => StatementWay
  /** Under whom the transaction's session is opened. */
  readonly scope: () => Scope
  /** What the callback gets. */
  readonly handle: (transaction: TransactionScope, signal: AbortSignal | undefined) => Tx
}

const RETRIED = new Set(['40001', '40P01'])
const LONGEST_PAUSE_MS = 1_000

/** Runs callbacks in transactions: commits, rolls back, nests by savepoints and retries. */
export class TransactionRunner<Tx> {
  readonly #parts: TransactionRunnerParts<Tx>

  constructor(parts: TransactionRunnerParts<Tx>) {
    this.#parts = parts
  }

  /**
   * Calls of the system inside `fn` join the transaction. Inside another one it is a savepoint.
   *
   * @throws PlataformaError `PLT_OPTION_INVALID`, `PLT_TRANSACTION_ABORTED`, `PLT_OUTCOME_UNKNOWN`;
   * errors of `fn` unchanged
   * @example
   * await vendas.transaction(async (tx) => {
   *   const [order] = await tx.insert('pedidos', [{ total: '10.00' }])
   *   tx.afterCommit(() => mail(order))
   * })
   */
  async run<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    assertGiven.function('fn', fn)
    checkTransactionOptions(options)
    const { store } = this.#parts
    const outer = store.transaction
    if (outer !== undefined) return await this.#nest(outer, fn, options)
    const retries = options.retries ?? 0
    for (let attempt = 0; ; attempt++) {
      options.signal?.throwIfAborted()
      try {
        return await this.#runOnce(fn, options)
      } catch (error) {
        if (attempt >= retries || !mayBeRetried(error)) throw error
      }
      const pauseMs = Math.random() * Math.min(LONGEST_PAUSE_MS, 10 * 2 ** attempt)
      await delay(pauseMs, undefined, { ...(options.signal && { signal: options.signal }) })
    }
  }

  async #runOnce<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
    const { way, scope: currentScope } = this.#parts
    const scope = currentScope()
    const session = new TransactionSession(way(), scope, {
      settings: settingsOf(options),
      ...(options.signal && { signal: options.signal }),
    })
    return await this.#finish(new TransactionScope(session, scope.acting), fn, options.signal)
  }

  async #nest<T>(
    outer: TransactionScope,
    fn: (tx: Tx) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T> {
    const { acting } = this.#parts.scope()
    if (!actsForSame(acting, outer.acting)) {
      throw new PlataformaError(
        'PLT_CONTEXT_CHANGED_IN_TRANSACTION',
        'A transaction of another tenant was begun inside an open one.',
        { remedy: 'End the outer transaction first.' },
      )
    }
    if (options.isolationLevel !== undefined || options.retries !== undefined) {
      throw new PlataformaError(
        'PLT_OPTION_INVALID',
        'A nested transaction is a savepoint: isolation level and retries belong to the outermost.',
        { remedy: 'Give them to the outermost `transaction` call.' },
      )
    }
    const { readOnly, signal } = options
    return await this.#finish(await outer.nested({ readOnly }), fn, signal)
  }

  async #finish<T>(
    transaction: TransactionScope,
    fn: (tx: Tx) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { store, handle } = this.#parts
    let result: T
    try {
      result = await store.runIn(transaction, () =>
        runHolding(transaction, () => fn(handle(transaction, signal))),
      )
      signal?.throwIfAborted()
    } catch (error) {
      await rollBackQuietly(transaction, error)
      throw error
    }
    try {
      await transaction.commit()
    } catch (error) {
      throw toPlataformaError(error)
    }
    return result
  }
}

/** The callback's error is what the caller must see; a failing ROLLBACK is told beside it. */
async function rollBackQuietly(transaction: TransactionScope, reason: unknown): Promise<void> {
  try {
    await transaction.rollback()
  } catch (error) {
    if (reason instanceof Error && reason.cause === undefined) reason.cause = error
  }
}

function settingsOf(options: TransactionOptions): TransactionSettings {
  return {
    ...(options.isolationLevel && { isolationLevel: options.isolationLevel }),
    ...(options.readOnly && { accessMode: 'read only' as const }),
  }
}

/** Conflicts with others, and a statement whose table changed since it was prepared. */
function mayBeRetried(error: unknown): boolean {
  if (error instanceof PlataformaError) {
    return RETRIED.has(error.sqlState ?? '') || isStalePlan(error.cause)
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return RETRIED.has(String(code)) || isStalePlan(error)
}
