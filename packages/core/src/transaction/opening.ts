import { headStatement, scopeKeyOf } from '../scope/batch-frame.js'
import type { Scope } from '../scope/scope.js'
import type { Session, WireStatement } from '../session/session.js'
import { beginSql, control, quoteName } from './control-sql.js'
import type { TransactionSettings } from './transaction-session.js'

/** How long a context that was set stays unasked: well within what a token is valid for. */
const HEAD_VALID_MS = 60_000

export interface Taken {
  readonly statements: readonly WireStatement[]
  /** To be called when they were written. */
  readonly written: () => void
  /** To be called in the end: what was not written is left to the next statement. */
  readonly over: () => void
}

/**
 * What has to stand before the next statement of a transaction: BEGIN, savepoints, and the head of
 * its scope. The statement that takes it may never be sent (its value cannot be, its signal
 * aborts), so that nobody may follow before it is known to be written.
 */
export class Opening {
  #queued: WireStatement[]
  #headKey: string | undefined
  #headSetAt = 0
  #pending: Promise<void> | undefined
  #isBegun = false

  constructor(settings: TransactionSettings) {
    this.#queued = [control(beginSql(settings))]
  }

  /** Whether BEGIN was sent. */
  get isBegun(): boolean {
    return this.#isBegun
  }

  /** Set while somebody has taken it and it is not known to be written. */
  get pending(): Promise<void> | undefined {
    return this.#pending
  }

  get queued(): readonly WireStatement[] {
    return this.#queued
  }

  isNeededFor(scope: Scope | undefined): boolean {
    return this.#queued.length > 0 || !this.#isHeadSet(scope)
  }

  queueSavepoint(name: string, { readOnly = false } = {}): void {
    this.#queued.push(control(`savepoint ${quoteName(name)}`))
    // PostgreSQL goes back to what held before at the end of the savepoint.
    if (readOnly) this.#queued.push(control('set transaction read only'))
  }

  /** Whether it was still queued; those inside it go with it. */
  dropSavepoint(name: string): boolean {
    const text = `savepoint ${quoteName(name)}`
    const index = this.#queued.findIndex((statement) => statement.text === text)
    if (index === -1) return false
    this.#queued.splice(index)
    return true
  }

  /** Something may have changed what the head has set. */
  forgetHead(): void {
    this.#headKey = undefined
  }

  take(session: Session, scope: Scope | undefined): Taken | undefined {
    const head = this.#takeHead(session, scope)
    const queued = this.#queued
    this.#queued = []
    if (queued.length + head.length === 0) return undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#pending = promise
    const end = (isWritten: boolean) => {
      if (this.#pending !== promise) return
      this.#pending = undefined
      if (isWritten) {
        this.#isBegun = true
      } else {
        this.#headKey = undefined
        this.#queued = [...queued, ...this.#queued]
      }
      resolve()
    }
    const statements = [...queued, ...head]
    return { statements, written: () => end(true), over: () => end(false) }
  }

  #takeHead(session: Session, scope: Scope | undefined): readonly WireStatement[] {
    if (scope?.head === undefined || this.#isHeadSet(scope)) return []
    const head = headStatement(scope.head, session)
    this.#headKey = scopeKeyOf(scope.head)
    this.#headSetAt = Date.now()
    return [head]
  }

  #isHeadSet(scope: Scope | undefined): boolean {
    if (scope?.head === undefined) return true
    return this.#headKey === scopeKeyOf(scope.head) && Date.now() - this.#headSetAt < HEAD_VALID_MS
  }
}
