import type { IsolationLevel } from 'kysely'
import { PlataformaError } from '../error/plataforma-error.js'
import { isServerError } from '../error/server-error.js'
import { isPooled } from '../scope/batch-frame.js'
import {
  isScript,
  type RoutedStatement,
  routeOf,
  runOptions,
  runScript,
  type SendOptions,
  wireStatement,
} from '../scope/routed-statement.js'
import type { Scope, ScopeHead } from '../scope/scope.js'
import type { StatementWay } from '../scope/statement-way.js'
import { RESET_SETTINGS } from '../session/reset-settings.js'
import type { Residue, Segment, Session, WireStatement } from '../session/session.js'
import { ROLLBACK_AND_UNLOCK, tailOf } from '../session/tail.js'
import type { StatementResult } from '../statement/statement.js'
import { WriteCollector } from '../statement/written-tables.js'
import { failedSegmentOf } from '../wire/failed-segment.js'
import { control, quoteName } from './control-sql.js'
import { deferredChecks } from './deferred-checks.js'
import { Opening } from './opening.js'

export interface TransactionSettings {
  readonly isolationLevel?: IsolationLevel
  readonly accessMode?: 'read only' | 'read write'
}

export interface TransactionSessionOptions {
  readonly settings: TransactionSettings
  /** Ends the wait for a session. */
  readonly signal?: AbortSignal
  /** A session that the caller keeps; without it the transaction takes one of its own. */
  readonly held?: Session
}

export type Outcome = 'committed' | 'rolled back' | 'unknown'

interface Sending {
  /** Whose head must be set; `undefined` for commands of the transaction itself. */
  readonly scope: Scope | undefined
  readonly options?: SendOptions
  /** Whether the statement may change what the head has set. */
  readonly raw?: boolean
}

/** The session of one transaction and what was sent on it; savepoints of it share it. */
export class TransactionSession {
  readonly #way: StatementWay
  readonly #scope: Scope
  readonly #options: TransactionSessionOptions
  readonly #collector = new WriteCollector()
  readonly #opening: Opening
  readonly #heads = new Map<string, ScopeHead>()
  #session: Promise<Session> | undefined
  #opened: Session | undefined
  #ended = false
  #uncleaned = false
  #residue: Residue = 'none'
  #savepoints = 0
  #commitLsn: string | undefined

  constructor(way: StatementWay, scope: Scope, options: TransactionSessionOptions) {
    this.#way = way
    this.#scope = scope
    this.#options = options
    this.#session = options.held && Promise.resolve(options.held)
    this.#opening = new Opening(options.settings)
  }

  /** The session, once it is in use. */
  get opened(): Session | undefined {
    return this.#opened
  }

  async begin(scope: Scope, options: SendOptions): Promise<void> {
    const session = await this.#acquire(options)
    try {
      await this.#send(session, [], { scope, options })
    } catch (error) {
      await this.rollback()
      throw error
    }
  }

  async run(statement: RoutedStatement): Promise<StatementResult> {
    const { scope, options } = routeOf(statement)
    const session = await this.#open(statement)
    if (isScript(statement)) {
      await this.#prepare(session, { scope, options })
      return await runScript(session, statement)
    }
    const { raw } = statement
    const results = await this.#send(session, [wireStatement(statement)], { scope, options, raw })
    return results.at(-1) as StatementResult
  }

  async *stream(statement: RoutedStatement): AsyncGenerator<Record<string, unknown>[]> {
    const { scope, options } = routeOf(statement)
    const session = await this.#open(statement)
    await this.#prepare(session, { scope, options })
    if (statement.raw) this.#opening.forgetHead()
    yield* this.#way.streamOn(session, statement, [])
  }

  /** Takes a savepoint that is sent along with the next statement. */
  openSavepoint(options?: { readonly readOnly?: boolean }): string {
    const name = `plt_${++this.#savepoints}`
    this.#opening.queueSavepoint(name, options)
    return name
  }

  async savepoint(name: string): Promise<void> {
    await this.#control(`savepoint ${quoteName(name)}`)
  }

  async releaseSavepoint(name: string): Promise<void> {
    if (this.#opening.dropSavepoint(name)) return
    await this.#control(`release savepoint ${quoteName(name)}`)
  }

  async rollbackToSavepoint(name: string): Promise<void> {
    this.#opening.forgetHead()
    await this.#control(`rollback to savepoint ${quoteName(name)}`)
  }

  /** Undoes what was done since the savepoint, and takes it away: PostgreSQL would keep it. */
  async undoSavepoint(name: string): Promise<void> {
    if (this.#opening.dropSavepoint(name)) return
    this.#opening.forgetHead()
    const session = await this.#acquire({})
    const quoted = quoteName(name)
    const statements = [
      control(`rollback to savepoint ${quoted}`),
      control(`release savepoint ${quoted}`),
    ]
    try {
      await this.#send(session, statements, { scope: undefined })
    } catch (error) {
      // A connection that is lost has rolled back more than that.
      if (!session.broken) throw error
    }
  }

  /**
   * @throws PlataformaError `PLT_TRANSACTION_ABORTED`, `PLT_OUTCOME_UNKNOWN`; whatever else it
   * throws, the transaction was rolled back
   */
  async commit(): Promise<void> {
    this.#ended = true
    try {
      if (this.#opening.isBegun && this.#session !== undefined)
        await this.#commit(await this.#session)
    } finally {
      await this.#release()
    }
  }

  /** Never throws for a connection that is lost: that has rolled back already. */
  async rollback(): Promise<void> {
    this.#ended = true
    try {
      if (this.#opening.isBegun && this.#session !== undefined)
        await this.#rollback(await this.#session)
    } finally {
      await this.#release()
    }
  }

  /** Tells the listeners of a write what became of it; called once. */
  async report(outcome: Outcome): Promise<void> {
    const { committed, rolledBack, outcomeUnknown } = this.#way.moments
    if (outcome === 'rolled back') {
      for (const listener of rolledBack) await listener()
      return
    }
    if (this.#collector.empty) return
    const { writes } = this.#collector
    if (outcome === 'committed') {
      for (const listener of committed) await listener(writes, this.#commitLsn)
    } else {
      for (const listener of outcomeUnknown) await listener(writes)
    }
  }

  async #commit(session: Session): Promise<void> {
    const wrote = !this.#collector.empty
    const mayCommit = session.transactionStatus === 'transaction' && !session.broken
    if (wrote && mayCommit) await this.#announce(session)
    const asksLsn = wrote && this.#way.moments.wantsCommitLsn
    const lsn = 'select pg_current_wal_insert_lsn()::text as lsn'
    const wasLost = session.broken
    const checks = mayCommit ? this.#deferredChecks(session) : []
    // Behind a pooler the session is another one's as soon as the transaction has ended.
    const tail = mayCommit && isPooled(session) ? tailOf(this.#residue) : []
    try {
      const results = await session.run([
        { statements: [...this.#opening.queued, ...checks, ...tail, control('commit')] },
        ...this.#cleaning(session),
        ...(asksLsn ? [{ statements: [{ text: lsn }] }] : []),
      ])
      this.#uncleaned = false
      if (results[0]?.at(-1)?.command === 'ROLLBACK') throw transactionAborted()
      if (asksLsn) this.#commitLsn = results.at(-1)?.[0]?.rows[0]?.lsn as string | undefined
    } catch (error) {
      if (error instanceof PlataformaError || wasLost) throw error
      if (!isServerError(error)) throw outcomeUnknown(error)
      // What comes after COMMIT may fail without taking it back.
      if ((failedSegmentOf(error) ?? 0) > 0) return
      if (session.transactionStatus !== 'idle') await this.#rollback(session)
      throw session.broken && !isEndedUncommitted(error) ? outcomeUnknown(error) : error
    }
  }

  #deferredChecks(session: Session): readonly WireStatement[] {
    const isReadOnly = this.#options.settings.accessMode === 'read only'
    return isReadOnly ? [] : deferredChecks(this.#heads.values(), session)
  }

  async #announce(session: Session): Promise<void> {
    try {
      for (const listener of this.#way.moments.committing) await listener(this.#collector.writes)
    } catch (error) {
      await this.#rollback(session)
      throw error
    }
  }

  async #rollback(session: Session): Promise<void> {
    try {
      const isLast = isPooled(session) && this.#uncleaned && session.transactionStatus !== 'idle'
      const statements = isLast ? ROLLBACK_AND_UNLOCK : [control('rollback')]
      await session.run([{ statements }, ...this.#cleaning(session)])
      this.#uncleaned = false
    } catch (error) {
      if (!session.broken) throw error
    }
  }

  #cleaning(session: Session): Segment[] {
    return this.#uncleaned && !isPooled(session) ? [{ statements: RESET_SETTINGS }] : []
  }

  async #control(text: string): Promise<void> {
    const session = await this.#acquire({})
    await this.#send(session, [control(text)], { scope: undefined })
  }

  /** Sends what has to stand before a statement that goes another way. */
  async #prepare(session: Session, sending: Sending): Promise<void> {
    while (this.#opening.pending !== undefined) await this.#opening.pending
    if (this.#opening.isNeededFor(sending.scope)) await this.#send(session, [], sending)
  }

  async #send(
    session: Session,
    statements: readonly WireStatement[],
    { scope, options = {}, raw = false }: Sending,
  ): Promise<readonly StatementResult[]> {
    this.#opened = session
    // From here to the write nothing else may be awaited.
    while (this.#opening.pending !== undefined) await this.#opening.pending
    this.#assertOpen()
    const taken = this.#opening.take(session, scope)
    if (raw) this.#opening.forgetHead()
    if (taken === undefined) return await run(session, statements, options)
    try {
      return await run(session, [...taken.statements, ...statements], options, taken.written)
    } finally {
      taken.over()
    }
  }

  /** The session, once it is known what the statement may do to it. */
  async #open(statement: RoutedStatement): Promise<Session> {
    const { scope, options } = routeOf(statement)
    this.#assertReachable(scope)
    if (scope.head !== undefined) this.#heads.set(scope.head.key, scope.head)
    if (this.#way.listensToWrites) await this.#collector.note(statement)
    const session = await this.#acquire(options)
    if (statement.raw) {
      const residue = await this.#way.judge.residueOf(statement.sql)
      if (residue === 'anything') session.leaves('anything')
      if (this.#residue !== 'anything')
        this.#residue = residue === 'anything' ? residue : 'settings'
      this.#uncleaned = true
    } else if (scope.head === undefined) await this.#way.noteResidue(session, statement)
    this.#assertOpen()
    return session
  }

  #acquire({ signal, acquireSignal }: SendOptions): Promise<Session> {
    this.#session ??= this.#way
      .acquire(this.#scope, signal ?? acquireSignal ?? this.#options.signal)
      .catch((error: unknown) => {
        this.#session = undefined
        throw error
      })
    return this.#session
  }

  #assertOpen(): void {
    if (!this.#ended) return
    throw new PlataformaError('PLT_TRANSACTION_CLOSED', 'The transaction has ended.', {
      remedy: 'Await every call inside the transaction’s callback.',
    })
  }

  #assertReachable(scope: Scope): void {
    const own = this.#scope.identity
    const asked = scope.identity
    if (own.kind === 'application' || scope.head === undefined) return
    if (own.kind === asked.kind && own.kind !== 'module') return
    if (own.kind === 'module' && asked.kind === 'module' && own.module === asked.module) return
    throw new PlataformaError(
      'PLT_TRANSACTION_SPANS_MODULES',
      `A transaction of one module's own login cannot run a statement of ${scope.module ?? 'another identity'}.`,
      { remedy: 'Use `system.transaction` for work across modules.' },
    )
  }

  async #release(): Promise<void> {
    const session = await this.#session?.catch(() => undefined)
    this.#session = undefined
    this.#opened = undefined
    if (this.#uncleaned) session?.leaves('settings')
    if (this.#options.held === undefined) session?.release()
  }
}

async function run(
  session: Session,
  statements: readonly WireStatement[],
  ...[options, onSent]: [options: SendOptions, onSent?: () => void]
): Promise<readonly StatementResult[]> {
  const [results] = await session.run([{ statements }], { ...runOptions(options), onSent })
  return results ?? []
}

/**
 * Whether PostgreSQL ended an open transaction for its time (25P03, 25P04). It holds such interrupts
 * back from the commit until COMMIT is answered: that was on its way when the session ended.
 */
function isEndedUncommitted(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === '25P03' || code === '25P04'
}

function transactionAborted(): PlataformaError {
  return new PlataformaError(
    'PLT_TRANSACTION_ABORTED',
    'A statement of the transaction had failed, so PostgreSQL rolled it back at COMMIT.',
    { remedy: 'Let the error of the failed statement leave the callback, or use a savepoint.' },
  )
}

function outcomeUnknown(cause: unknown): PlataformaError {
  return new PlataformaError(
    'PLT_OUTCOME_UNKNOWN',
    'The connection was lost during COMMIT: the transaction may have taken effect or not.',
    { cause, remedy: 'Read back what was written before doing it again.' },
  )
}
